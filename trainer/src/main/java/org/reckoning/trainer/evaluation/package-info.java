/**
 * Evaluation of answers: open {@link org.reckoning.trainer.evaluation.Evaluator} first. {@code
 * AnswerMetrics} defines the metrics of generated texts.
 */
@NullMarked
package org.reckoning.trainer.evaluation;

import org.jspecify.annotations.NullMarked;
