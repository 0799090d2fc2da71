package org.reckoning.trainer.config;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.Map;
import org.reckoning.graph.gpt2.MatmulDtype;
import org.reckoning.graph.settings.InnerLoss;
import org.reckoning.trainer.data.needles.NeedleGenerator;
import org.reckoning.trainer.text.EnumWord;
import org.reckoning.trainer.tokens.FactNames;

/**
 * Keys that the configurations of earlier versions lack. Each default keeps the behaviour of those
 * versions, so their runs and models can be read, evaluated and resumed.
 */
final class AddedKeys {
  private static final Map<JsonPointer, JsonNode> EARLIER =
      Map.of(
          JsonPointer.compile("/matmul_dtype"), word(MatmulDtype.FLOAT32),
          JsonPointer.compile("/inner_loss"), word(InnerLoss.MEAN),
          JsonPointer.compile("/data/fact_names"), word(FactNames.NUMBERED),
          JsonPointer.compile("/data/varied_context"), BooleanNode.FALSE,
          JsonPointer.compile("/data/needles_part"), word(NeedleGenerator.Part.ALL));

  private AddedKeys() {}

  private static JsonNode word(Enum<?> constant) {
    return TextNode.valueOf(EnumWord.of(constant));
  }

  /** Returns a configuration with the keys that it lacks. */
  static ObjectNode in(ObjectNode written) {
    ObjectNode complete = written.deepCopy();
    EARLIER.forEach(
        (key, value) -> {
          String name = key.last().getMatchingProperty();
          if (complete.at(key.head()) instanceof ObjectNode group && !group.has(name)) {
            group.set(name, value);
          }
        });
    return complete;
  }
}
