package org.reckoning.trainer.weights.published;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.reckoning.trainer.tensors.SafetensorsFile;
import org.reckoning.trainer.weights.Gpt2Weights;
import org.reckoning.trainer.weights.Logits;

/** A small checkpoint that the transformers library wrote, and its logits in float64. */
public final class GoldenLogits {
  /** The checkpoint. */
  public static final Path MICRO =
      Path.of("../integration-tests/src/test/resources/golden/gpt2-micro");

  private static final double TOLERANCE = 1e-5; // single precision

  private GoldenLogits() {}

  /** Requires that weights, however they were stored, give the logits of the checkpoint. */
  public static void check(Gpt2Weights weights) throws IOException {
    JsonNode inputs = new ObjectMapper().readTree(MICRO.resolve("inputs.json").toFile());
    try (SafetensorsFile expected = SafetensorsFile.open(MICRO.resolve("expected.safetensors"))) {
      for (String name : new String[] {"facts", "questions"}) {
        int[][] tokens = ints(inputs.get(name));
        int[] lengths =
            Arrays.stream(ints(inputs.get(name + "_attention")))
                .mapToInt(mask -> Arrays.stream(mask).sum())
                .toArray();
        float[] got = Logits.of(weights, tokens, lengths);
        double[] want = expected.readDoubles("logits/" + name);
        assertThat(got).hasSize(want.length);
        int vocabulary = want.length / tokens.length / tokens[0].length;
        for (int i = 0; i < want.length; i++) {
          int position = i / vocabulary % tokens[0].length;
          if (position < lengths[i / vocabulary / tokens[0].length]) {
            assertThat((double) got[i]).as(name).isCloseTo(want[i], within(TOLERANCE));
          }
        }
      }
    }
  }

  private static int[][] ints(JsonNode rows) {
    int[][] ints = new int[rows.size()][];
    for (int i = 0; i < ints.length; i++) {
      JsonNode row = rows.get(i);
      ints[i] = new int[row.size()];
      for (int j = 0; j < row.size(); j++) {
        ints[i][j] = row.get(j).intValue();
      }
    }
    return ints;
  }
}
