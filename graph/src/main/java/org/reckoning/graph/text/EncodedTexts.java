package org.reckoning.graph.text;

import org.tensorflow.Operand;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TString;

/**
 * Texts as tokens.
 *
 * @param tokens ids of the model for all texts in order, int32 [sum of lengths]; meaningless if
 *     there are unknown words
 * @param lengths number of tokens of each text, int32 [B]
 * @param unknown words with a token that the model lacks, in order, each once; may be empty
 */
public record EncodedTexts(
    Operand<TInt32> tokens, Operand<TInt32> lengths, Operand<TString> unknown) {}
