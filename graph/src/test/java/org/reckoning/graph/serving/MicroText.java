package org.reckoning.graph.serving;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.reckoning.graph.serving.TextTemplates.FullStops;
import org.reckoning.graph.text.BytePairs;
import org.reckoning.graph.text.TextVocabulary;

/** Text for a model of eleven tokens, of which two are merges and the last has no text. */
public final class MicroText {
  /** The texts of the tokens, by id. */
  static final List<String> TOKENS =
      List.of(" ", "0", "1", "2", "a", "b", "c", "d", "ab", " c", "");

  /** Facts begin with their number, questions with the numbers of all facts. */
  public static final TextForm FORM = form("{index}", "{facts}{question}");

  /** Facts and questions begin with 0. */
  static final TextForm SHARED_NAME = form("0", "0{question}");

  private MicroText() {}

  private static TextForm form(String fact, String question) {
    return new TextForm(
        TextVocabulary.of(pairs(), 32, 48, 49, 50, 97, 98, 99, 100, 256, 257, 258),
        new TextTemplates(fact, fact, question, "", FullStops.ALL_REMOVED, FullStops.LAST_REMOVED));
  }

  private static BytePairs pairs() {
    List<byte[]> tokens = new ArrayList<>();
    for (int each = 0; each < 256; each++) {
      tokens.add(new byte[] {(byte) each});
    }
    tokens.add("ab".getBytes(StandardCharsets.US_ASCII));
    tokens.add(" c".getBytes(StandardCharsets.US_ASCII));
    return BytePairs.of(tokens);
  }
}
