/**
 * How good answers are. Open {@link org.reckoning.trainer.evaluation.AnswerMetrics} for what is
 * measured on their text.
 */
@NullMarked
package org.reckoning.trainer.evaluation;

import org.jspecify.annotations.NullMarked;
