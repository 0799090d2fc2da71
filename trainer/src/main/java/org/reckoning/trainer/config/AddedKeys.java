package org.reckoning.trainer.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import org.reckoning.graph.gpt2.MatmulDtype;
import org.reckoning.trainer.text.EnumWord;

/**
 * Keys that the configurations of earlier versions lack. Each has the value that does what those
 * versions did, so runs and models of before can be read, examined and continued.
 */
final class AddedKeys {
  private static final Map<String, String> EARLIER =
      Map.of("matmul_dtype", EnumWord.of(MatmulDtype.FLOAT32));

  private AddedKeys() {}

  /** Returns a configuration with the keys that it lacks. */
  static ObjectNode in(ObjectNode written) {
    ObjectNode complete = written.deepCopy();
    EARLIER.forEach(
        (key, value) -> {
          if (!complete.has(key)) {
            complete.put(key, value);
          }
        });
    return complete;
  }
}
