package org.reckoning.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.reckoning.integration.GoldenCase.Mode;
import org.reckoning.integration.GoldenCase.Optimizer;
import org.reckoning.integration.GoldenCase.Variant;
import org.reckoning.trainer.tensors.SafetensorsFile;
import org.reckoning.trainer.tensors.SafetensorsWriter;
import org.reckoning.trainer.tensors.SafetensorsWriter.TensorData;
import org.tensorflow.ndarray.Shape;

class GoldenDirectoryTest {
  private static final Path MICRO = GoldenDirectory.locate("", "");

  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  private Path directory;

  /** Checks numbers that Python's struct module read from the files. */
  @Test
  void read_ofMicro_givesItsNumbers() throws IOException {
    GoldenDirectory micro = GoldenDirectory.read(MICRO);
    assertThat(micro.config().vocabSize()).isEqualTo(61);
    assertThat(micro.weights()).hasSize(28);
    assertThat(micro.facts().tokens()).hasDimensions(3, 9);
    assertThat(micro.questions().tokens()[1])
        .containsExactly(2, 37, 10, 18, 58, 53, 21, 13, 0, 0, 0);
    assertThat(micro.facts().attention()[2]).containsExactly(1, 1, 1, 1, 1, 0, 0, 0, 0);
    assertThat(micro.facts().target()[2]).containsExactly(0, 0, 0, 1, 1, 0, 0, 0, 0);
    assertThat(micro.factsLogits()).hasSize(3 * 9 * 61).startsWith(-0.28797115579736443);
    assertThat(micro.questionsLogits()).hasSize(2 * 11 * 61).endsWith(0.12225374915425605);
    assertThat(micro.cases())
        .extracting(GoldenCase::toString)
        .containsExactly(
            "sgd_k0",
            "sgd_k1",
            "sgd_k2",
            "sgd_k4",
            "sgd_momentum_k3",
            "adamw_k2",
            "sgd_first_order_k2");
  }

  @Test
  void read_ofMicro_givesEachCaseItsTensors() throws IOException {
    GoldenDirectory micro = GoldenDirectory.read(MICRO);
    GoldenCase none = micro.cases().get(0);
    assertThat(none.outerLoss()).isEqualTo(4.290410759964546);
    assertThat(none.innerLosses()).containsExactly(4.477474043705043);
    assertThat(none.dRate().get("ln_f.bias")).isEmpty();
    GoldenCase momentum = micro.cases().get(4);
    assertThat(momentum.innerLosses()).hasSize(4).endsWith(3.682464374628951);
    assertThat(momentum.rates().get("ln_f.bias"))
        .containsExactly(0.08044809251812274, 0.09412400694162519, 0.08204716646767624);
    assertThat(momentum.dRate().get("wte.weight"))
        .containsExactly(-0.008919167276565443, -0.0638617438497403, -0.13846224234895615);
    GoldenCase adamw = micro.cases().get(5);
    assertThat(adamw.rates().get("ln_f.bias"))
        .containsExactly(0.00529377695030661, 0.005506280423286926);
    assertThat(adamw.adapted().get("h.1.mlp.c_fc.weight"))
        .hasSize(16 * 64)
        .startsWith(-0.08743664847046938, 0.014011530416066287)
        .endsWith(-0.031327645314755154);
    GoldenCase firstOrder = micro.cases().get(6);
    assertThat(firstOrder.dTheta().get("wpe.weight"))
        .hasSize(24 * 16)
        .startsWith(0.00216402102564581);
    assertThat(firstOrder.dTheta().keySet())
        .containsExactlyElementsOf(micro.config().parameterShapes().keySet());
  }

  static Stream<Arguments> names() {
    return Stream.of(
        Arguments.of("sgd_k0", Optimizer.SGD, Mode.EXACT, 0, 0),
        Arguments.of("sgd_momentum_k12", Optimizer.SGD_MOMENTUM, Mode.EXACT, 0, 12),
        Arguments.of("adamw_first_order_k2", Optimizer.ADAMW, Mode.FIRST_ORDER, 0, 2),
        Arguments.of("sgd_momentum_first_order_k2", Optimizer.SGD_MOMENTUM, Mode.FIRST_ORDER, 0, 2),
        Arguments.of("adamw_truncated2_k3", Optimizer.ADAMW, Mode.TRUNCATED, 2, 3),
        Arguments.of("sgd_truncated10_k16", Optimizer.SGD, Mode.TRUNCATED, 10, 16));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("names")
  void parse_understandsCaseNames(String name, Optimizer optimizer, Mode mode, int window, int k) {
    assertThat(Variant.parse(name)).isEqualTo(new Variant(name, optimizer, mode, window, k));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "sgd",
        "sgd_k",
        "_k2",
        "adam_k2",
        "sgd_truncated_k2",
        "sgd_second_order_k1",
        "sgd_k2_first_order",
        "SGD_k1",
        "sgd_k-1"
      })
  void parse_ofAnotherName_tellsWhatIsKnown(String name) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Variant.parse(name))
        .withMessage(
            "case '%s' must be called OPTIMIZER[_MODE]_kK; known optimizers: [sgd, sgd_momentum,"
                + " adamw]; known modes: [first_order, truncatedT]",
            name);
  }

  @Test
  void locate_isRelativeToWhereMavenWasStarted() {
    assertThat(GoldenDirectory.locate("x/y", "/repository")).isEqualTo(Path.of("/repository/x/y"));
    assertThat(GoldenDirectory.locate("/x/y", "/repository")).isEqualTo(Path.of("/x/y"));
    assertThat(GoldenDirectory.locate(" ", "/repository")).isEqualTo(MICRO).exists();
  }

  @Test
  void read_acceptsPrefixedNames() throws IOException {
    Map<String, TensorData> prefixed = new LinkedHashMap<>();
    expected()
        .forEach(
            (name, tensor) ->
                prefixed.put(
                    name.startsWith("logits")
                        ? name
                        : name.replaceFirst("^([^/]+/[^/]+)/", "$1/transformer."),
                    tensor));
    assertThat(prefixed).containsKey("rates/sgd/transformer.ln_f.bias");
    GoldenDirectory read = GoldenDirectory.read(copyWith(prefixed));
    assertThat(read.cases().get(1).dTheta().get("ln_f.bias"))
        .isEqualTo(GoldenDirectory.read(MICRO).cases().get(1).dTheta().get("ln_f.bias"));
  }

  @Test
  void read_refusesMissingSuperfluousAndWrongShapedTensors() throws IOException {
    Map<String, TensorData> missing = expected();
    missing.remove("sgd_k2/d_rate/ln_f.bias");
    assertRefused(missing, "tensor 'sgd_k2/d_rate/ln_f.bias' is missing");

    Map<String, TensorData> wrong = expected();
    wrong.put("sgd_k2/d_rate/ln_f.bias", new TensorData.Doubles(Shape.of(1), new double[1]));
    assertRefused(wrong, "tensor 'sgd_k2/d_rate/ln_f.bias' must be [2] but is [1]");

    Map<String, TensorData> rates = expected();
    rates.put("rates/sgd/wte.weight", new TensorData.Doubles(Shape.of(3), new double[3]));
    assertRefused(rates, "'rates/sgd/wte.weight' must have 4 rates but has 3");

    Map<String, TensorData> more = expected();
    more.put("sgd_k9/adapted/x", new TensorData.Doubles(Shape.of(1), new double[1]));
    assertRefused(
        more,
        directory.resolve("expected.safetensors")
            + " holds [sgd_k9/adapted/x], which no case of expected.json needs");
  }

  private void assertRefused(Map<String, TensorData> tensors, String message) throws IOException {
    Path changed = copyWith(tensors);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> GoldenDirectory.read(changed))
        .withMessage("%s", message);
  }

  private static Map<String, TensorData> expected() throws IOException {
    Map<String, TensorData> tensors = new LinkedHashMap<>();
    try (SafetensorsFile file = SafetensorsFile.open(MICRO.resolve("expected.safetensors"))) {
      for (String name : file.names()) {
        tensors.put(name, new TensorData.Doubles(file.shape(name), file.readDoubles(name)));
      }
    }
    return tensors;
  }

  private Path copyWith(Map<String, TensorData> tensors) throws IOException {
    for (String name :
        new String[] {"config.json", "model.safetensors", "inputs.json", "expected.json"}) {
      Files.copy(MICRO.resolve(name), directory.resolve(name), StandardCopyOption.REPLACE_EXISTING);
    }
    SafetensorsWriter.write(directory.resolve("expected.safetensors"), tensors);
    return directory;
  }
}
