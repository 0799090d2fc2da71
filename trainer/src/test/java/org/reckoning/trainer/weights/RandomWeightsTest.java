package org.reckoning.trainer.weights;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reckoning.graph.gpt2.Gpt2Config;
import org.reckoning.graph.program.BilevelProgram;
import org.reckoning.graph.settings.BilevelConfig;
import org.reckoning.graph.task.TaskShape;
import org.reckoning.graph.xla.HostTensors;
import org.reckoning.graph.xla.XlaMode;
import org.reckoning.trainer.tokens.Vocabulary;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;

class RandomWeightsTest {
  private static final Vocabulary VOCABULARY = Vocabulary.full();
  private static final Gpt2Config MODEL = new Gpt2Config(VOCABULARY.size(), 8, 4, 1, 2, 16, 1e-5);

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void values_areThoseWithWhichATrainingOfAnyDtypeStarts(boolean wide) throws IOException {
    BilevelConfig config =
        BilevelConfig.of(MODEL, 1, new TaskShape(1, 1, 4, 1, 4)).withXla(XlaMode.OFF);
    try (Gpt2Weights weights = Gpt2Weights.random(MODEL, VOCABULARY, 5);
        BilevelProgram<?> program =
            wide
                ? BilevelProgram.build(config, TFloat64.class)
                : BilevelProgram.build(config, TFloat32.class)) {
      program.initialize(5);
      for (String name : MODEL.parameterShapes().keySet()) {
        try (TFloat32 value = weights.read(name)) {
          assertThat(program.weight(name)).as(name).isEqualTo(HostTensors.toDoubles(value));
        }
      }
    }
  }
}
