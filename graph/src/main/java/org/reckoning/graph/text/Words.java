package org.reckoning.graph.text;

import org.tensorflow.Operand;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TString;

/**
 * Words of texts, which no token crosses.
 *
 * @param values the words of all texts in order, [W]
 * @param rows number of the text of each, ascending, int32 [W]
 * @param texts number of texts B, a scalar
 */
public record Words(Operand<TString> values, Operand<TInt32> rows, Operand<TInt32> texts) {}
