package org.reckoning.graph.variables;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.reckoning.graph.program.BilevelProgram;
import org.reckoning.graph.program.Micro;
import org.reckoning.graph.settings.OuterRates;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.types.TFloat64;

class VariableFilesTest {
  private static final OuterRates RATES = new OuterRates(0.01, 0.02);

  @TempDir Path directory;

  @Test
  void training_afterRestore_goesOnBitForBit() {
    Path file = directory.resolve("step-2");
    try (var program = Micro.program(Micro.config(2));
        var other = Micro.program(Micro.config(2))) {
      train(program, 2);
      program.save(file.toString());
      train(program, 2);

      other.restore(file.toString());
      assertThat(other.updates()).isEqualTo(2);
      train(other, 2);

      assertThat(other.updates()).isEqualTo(program.updates());
      for (String name : program.layout().shapes().keySet()) {
        assertThat(other.weight(name)).as(name).containsExactly(program.weight(name));
      }
      assertThat(other.rates()).isDeepEqualTo(program.rates());
    }
  }

  @Test
  void restore_ofAMissingOrDamagedFile_isRefused() throws Exception {
    Path file = directory.resolve("step-1");
    try (var program = Micro.program(Micro.config(1))) {
      assertThatThrownBy(() -> program.restore(file.toString()))
          .isInstanceOf(TensorFlowException.class);

      program.save(file.toString());
      Path data = directory.resolve("step-1.data-00000-of-00001");
      byte[] bytes = Files.readAllBytes(data);
      bytes[bytes.length / 2] ^= 1;
      Files.write(data, bytes);
      assertThatThrownBy(() -> program.restore(file.toString()))
          .isInstanceOf(TensorFlowException.class);
    }
  }

  private static void train(BilevelProgram<TFloat64> program, int updates) {
    for (int i = 0; i < updates; i++) {
      program.train(List.of(Micro.batch()), RATES, 0);
    }
  }
}
