/**
 * Tests of whole runs against reference values from outside this project.
 *
 * <p>Open {@link org.reckoning.integration.GoldenDirectory} first.
 */
@NullMarked
package org.reckoning.integration;

import org.jspecify.annotations.NullMarked;
