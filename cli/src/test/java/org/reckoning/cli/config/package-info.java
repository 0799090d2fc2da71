/** Tests of the composition. */
@NullMarked
package org.reckoning.cli.config;

import org.jspecify.annotations.NullMarked;
