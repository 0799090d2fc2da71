/**
 * Asking a trained model: facts are told once, then questions are answered. Open {@link
 * org.reckoning.trainer.answering.Reasoner} first.
 */
@NullMarked
package org.reckoning.trainer.answering;

import org.jspecify.annotations.NullMarked;
