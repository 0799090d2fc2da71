/**
 * Two programs that use {@code graph} as a library. Open {@link
 * org.reckoning.examples.HessianVectorProduct} for the differentiator alone, and {@link
 * org.reckoning.examples.BilevelTraining} for the whole bi-level program.
 */
@NullMarked
package org.reckoning.examples;

import org.jspecify.annotations.NullMarked;
