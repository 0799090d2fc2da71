package org.reckoning.graph.text;

import org.tensorflow.Operand;
import org.tensorflow.ndarray.NdArray;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.strings.UnicodeTranscode;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TString;

/** Decodes tokens to texts, inside a graph. */
public final class TextDecoder {
  private static final String UTF_8 = "UTF-8";

  private final Operand<TString> table; // [V]

  private TextDecoder(Operand<TString> table) {
    this.table = table;
  }

  /** Emits the table of a decoder: the bytes of each token. */
  public static TextDecoder of(Ops scope, TextVocabulary vocabulary) {
    NdArray<byte[]> bytes = NdArrays.ofObjects(byte[].class, Shape.of(vocabulary.size()));
    for (int id = 0; id < vocabulary.size(); id++) {
      bytes.setObject(vocabulary.bytes(id), id);
    }
    try (TString tensor = TString.tensorOfBytes(bytes)) {
      return new TextDecoder(TextOps.onHost(scope).constantOf(tensor));
    }
  }

  /**
   * Emits the texts of tokens. A token without text adds nothing. Bytes that are not UTF-8 become
   * U+FFFD.
   *
   * @param tokens ids of the model [B, T]
   * @return texts in UTF-8 [B]
   */
  public Operand<TString> decode(Ops scope, Operand<TInt32> tokens) {
    Ops tf = TextOps.onHost(scope);
    Operand<TString> parts = tf.gather(table, tokens, tf.constant(0));
    return valid(tf, tf.strings.reduceJoin(parts, tf.constant(1)));
  }

  /** Emits texts in which bytes that are not UTF-8 are U+FFFD. */
  public static Operand<TString> valid(Ops tf, Operand<TString> texts) {
    return tf.strings.unicodeTranscode(texts, UTF_8, UTF_8, UnicodeTranscode.errors("replace"));
  }
}
