package org.reckoning.trainer.tokens;

/**
 * A question as it is asked when a model answers freely.
 *
 * @param prompt model ids of all that is read before the answer
 * @param target model ids of the training target, end of text included
 * @param answer the target as text
 */
@SuppressWarnings("ArrayRecordComponent") // read only; copies would double a data set's memory
public record EncodedQuestion(int[] prompt, int[] target, Answer answer) {}
