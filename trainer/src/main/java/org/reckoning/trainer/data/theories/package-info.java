/**
 * Theories of facts and rules in the style of ProofWriter: an exact solver and a generator. Open
 * {@link org.reckoning.trainer.data.theories.TheoryGenerator} first, then {@code Closure} for the
 * semantics.
 */
@NullMarked
package org.reckoning.trainer.data.theories;

import org.jspecify.annotations.NullMarked;
