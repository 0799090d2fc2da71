/**
 * Whole runs against numbers that do not come from this project.
 *
 * <p>Open {@link org.reckoning.integration.GoldenDirectory} first.
 */
@NullMarked
package org.reckoning.integration;

import org.jspecify.annotations.NullMarked;
