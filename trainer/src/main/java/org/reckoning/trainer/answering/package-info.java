/**
 * Questions to a trained model, on this machine or on a server. Open {@link
 * org.reckoning.trainer.answering.Reasoner} first.
 */
@NullMarked
package org.reckoning.trainer.answering;

import org.jspecify.annotations.NullMarked;
