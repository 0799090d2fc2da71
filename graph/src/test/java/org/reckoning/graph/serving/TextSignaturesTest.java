package org.reckoning.graph.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.reckoning.graph.program.Micro;
import org.reckoning.graph.xla.HostTensors;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Tensor;
import org.tensorflow.exceptions.TFInvalidArgumentException;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TString;

/** The signatures that take text, against those that take ids. */
class TextSignaturesTest {
  private static final ServingLimits LIMITS = new ServingLimits(3, 5, 3, 6, 4, 8, 3, 10);
  private static final double EXACT = 1e-6;

  @TempDir static Path directory;

  @SuppressWarnings("NullAway.Init") // set before all tests
  private static SavedModelBundle served;

  @BeforeAll
  static void serve() throws IOException {
    served = served(MicroText.FORM, "model");
  }

  private static SavedModelBundle served(TextForm form, String name) throws IOException {
    String prefix = directory.resolve("variables").toString();
    String model = directory.resolve(name).toString();
    try (var reference = Micro.program(Micro.config(2));
        var program = ServingProgram.build(Micro.config(2), LIMITS, form, false, TFloat64.class)) {
      reference.save(prefix);
      program.restore(prefix);
      program.export(model);
    }
    return SavedModelBundle.load(model);
  }

  @AfterAll
  static void close() {
    served.close();
  }

  private static Tensor texts(String... texts) {
    return TString.tensorOf(Shape.of(texts.length), DataBuffers.ofObjects(texts));
  }

  private static Tensor ids(int... ids) {
    return HostTensors.of(Shape.of(ids.length), ids);
  }

  /** Names and tensors, in turn. */
  private static Map<String, Tensor> inputs(Object... pairs) {
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      inputs.put((String) pairs[i], (Tensor) pairs[i + 1]);
    }
    return inputs;
  }

  /** Returns texts as strings, numbers as doubles, by output. */
  private static Map<String, List<Object>> call(String signature, Map<String, Tensor> inputs) {
    return call(served, signature, inputs);
  }

  private static Map<String, List<Object>> call(
      SavedModelBundle served, String signature, Map<String, Tensor> inputs) {
    Map<String, List<Object>> outputs = new LinkedHashMap<>();
    try (Result result = served.function(signature).call(inputs)) {
      result.forEach(
          output -> {
            List<Object> values = new ArrayList<>();
            if (output.getValue() instanceof TString texts) {
              texts.streamOfObjects().forEach(values::add);
            } else {
              for (double each : HostTensors.toDoubles(output.getValue())) {
                values.add(each);
              }
            }
            outputs.put(output.getKey(), values);
          });
    } finally {
      inputs.values().forEach(Tensor::close);
    }
    return outputs;
  }

  private static double[] numbers(Map<String, List<Object>> outputs, String name) {
    return outputs.getOrDefault(name, List.of()).stream()
        .mapToDouble(each -> (double) each)
        .toArray();
  }

  /** {@code "0" "ab c"}, {@code "1" "da"}; {@code "0 1dab"} and {@code "0 1c"}. */
  private static Map<String, Tensor> twoFacts() {
    return inputs(
        "fact_tokens", ids(1, 8, 9, 2, 7, 4), "fact_lengths", ids(3, 3), "fact_prompts", ids(1, 1));
  }

  @Test
  void ask_answersAsTheIdsDo() {
    Map<String, Tensor> ids = twoFacts();
    ids.put("question_tokens", ids(1, 0, 2, 7, 8, 1, 0, 2, 6));
    ids.put("question_lengths", ids(5, 4));
    var want = callInts(served, ids);
    var given =
        call("ask", inputs("facts", texts("\tab. c.", "da"), "questions", texts(" dab. ", "c")));

    assertThat(given.get("answers")).isEqualTo(want.texts());
    assertThat(numbers(given, "probabilities"))
        .containsExactly(want.probabilities(), within(EXACT));
    assertThat(numbers(given, "inner_losses")).containsExactly(want.losses(), within(EXACT));
  }

  @Test
  void ask_sharedNameOfFacts_answersAsTheIdsDo() throws IOException {
    try (SavedModelBundle shared = served(MicroText.SHARED_NAME, "shared")) {
      Map<String, Tensor> ids =
          inputs( // "0" "ab c", "0" "da", "0dab", "0c"
              "fact_tokens", ids(1, 8, 9, 1, 7, 4),
              "fact_lengths", ids(3, 3),
              "fact_prompts", ids(1, 1),
              "question_tokens", ids(1, 7, 8, 1, 6),
              "question_lengths", ids(3, 2));
      var want = callInts(shared, ids);
      var given =
          call(shared, "ask", inputs("facts", texts("ab c", "da"), "questions", texts("dab", "c")));

      assertThat(given.get("answers")).isEqualTo(want.texts());
      assertThat(numbers(given, "probabilities"))
          .containsExactly(want.probabilities(), within(EXACT));
      assertThat(numbers(given, "inner_losses")).containsExactly(want.losses(), within(EXACT));
    }
  }

  /** Answers of {@code serving_default}. */
  @SuppressWarnings("ArrayRecordComponent") // read only
  private record Answers(List<Object> texts, double[] probabilities, double[] losses) {}

  private static Answers callInts(SavedModelBundle served, Map<String, Tensor> inputs) {
    List<Object> texts = new ArrayList<>();
    try (Result result = served.function("serving_default").call(inputs)) {
      var tokens = (TInt32) result.get("answer_tokens").orElseThrow();
      tokens
          .elements(0)
          .forEach(
              row -> {
                StringBuilder text = new StringBuilder();
                row.scalars().forEach(id -> text.append(MicroText.TOKENS.get(id.getObject())));
                texts.add(text.toString());
              });
      return new Answers(
          texts,
          HostTensors.toDoubles(result.get("answer_probabilities").orElseThrow()),
          HostTensors.toDoubles(result.get("inner_losses").orElseThrow()));
    } finally {
      inputs.values().forEach(Tensor::close);
    }
  }

  @Test
  void choose_weighsLabelsAsTheirScores() {
    Map<String, Tensor> ids = twoFacts();
    ids.put(
        "candidate_tokens",
        ids(
            1, 0, 2, 7, 8, 4, 10, 1, 0, 2, 7, 8, 8, 9, 10, 1, 0, 2, 6, 4, 10, 1, 0, 2, 6, 8, 9,
            10));
    ids.put("candidate_lengths", ids(7, 8, 6, 7));
    ids.put("candidate_prompts", ids(5, 5, 4, 4));
    double[] logs = numbers(call("score", ids), "log_probabilities");
    var given =
        call(
            "choose",
            inputs(
                "facts", texts("ab c", "da"),
                "questions", texts("dab", "c"),
                "labels", texts("a", "ab c")));

    double[] probabilities = new double[4];
    for (int i = 0; i < 4; i++) {
      probabilities[i] = 1 / (1 + Math.exp(logs[i ^ 1] - logs[i]));
    }
    assertThat(numbers(given, "probabilities")).containsExactly(probabilities, within(EXACT));
    assertThat(given.get("answers"))
        .containsExactly(logs[0] >= logs[1] ? "a" : "ab c", logs[2] >= logs[3] ? "a" : "ab c");
    assertThat(numbers(given, "inner_losses")).hasSize(3);
  }

  @Test
  void withoutKnowledge_theInitialWeightsAnswer() {
    double[] want;
    try (Tensor tokens = ids(1, 0, 2, 7, 8, 1, 0, 2, 6);
        Tensor lengths = ids(5, 4);
        Result result =
            served
                .function("no_knowledge")
                .call(Map.of("question_tokens", tokens, "question_lengths", lengths))) {
      want = HostTensors.toDoubles(result.get("answer_probabilities").orElseThrow());
    }
    var asked =
        call(
            "ask_no_knowledge",
            inputs("facts", texts("ab c", "da"), "questions", texts("dab", "c")));
    assertThat(numbers(asked, "probabilities")).containsExactly(want, within(EXACT));
    assertThat(asked).containsOnlyKeys("answers", "probabilities");

    List<List<Double>> byFacts = new ArrayList<>();
    for (String fact : List.of("ab c", "da")) {
      var chosen =
          call(
              "choose_no_knowledge",
              inputs("facts", texts(fact), "questions", texts("c"), "labels", texts("a", "ab c")));
      double[] probabilities = numbers(chosen, "probabilities");
      assertThat(probabilities[0] + probabilities[1]).isEqualTo(1, within(EXACT));
      byFacts.add(List.of(probabilities[0], probabilities[1]));
    }
    assertThat(byFacts.get(0)).isEqualTo(byFacts.get(1)); // nothing has learned them
  }

  static Stream<Arguments> mistakes() {
    return Stream.of(
        Arguments.of("facts", texts("a", "a", "a", "a"), "[facts must be 1 to 3 but are] [4]"),
        Arguments.of("facts", texts(), "[facts must be 1 to 3 but are] [0]"),
        Arguments.of(
            "facts", texts("a", " "), "[facts must have text but there is none at index] [1]"),
        Arguments.of(
            "facts", texts("a", "..."), "[facts must have text but there is none at index] [1]"),
        Arguments.of(
            "facts",
            texts("aaaaa"),
            "[facts with their prompts must have 2 to 5 tokens but there is one of] [6]"),
        Arguments.of(
            "facts",
            texts("a".repeat(11)),
            "[facts must have at most 10 bytes but there is one of] [11]"),
        Arguments.of(
            "facts",
            TString.tensorOfBytes(
                NdArrays.vectorOfObjects(
                    "a".getBytes(StandardCharsets.UTF_8), new byte[] {'a', -1})),
            "[facts must be UTF-8 but there are other bytes at index] [1]"),
        Arguments.of(
            "questions",
            texts("a xyz", "b"),
            "[words must be in the vocabulary of the model, 11 tokens, but there is] [ xyz]"),
        Arguments.of(
            "questions",
            texts("aaaaaa"),
            "[questions with their prompts must have 1 to 6 tokens but there is one of] [7]"),
        Arguments.of("labels", texts("a", "a"), "[labels must differ but are] [a a]"),
        Arguments.of(
            "labels", texts("a", "b", "c", "d", "ab"), "[labels must be 1 to 4 but are] [5]"),
        Arguments.of("labels", texts(""), "[labels must have text but there is none at index] [0]"),
        Arguments.of(
            "labels",
            texts("aaaaaa"),
            "[questions with a label must have at most 8 tokens but there is one of] [9]"));
  }

  @ParameterizedTest(name = "{2}")
  @MethodSource("mistakes")
  void badRequest_isRefusedWithASentence(String input, Tensor value, String message) {
    Map<String, Tensor> inputs =
        inputs("facts", texts("ab c"), "questions", texts("d"), "labels", texts("a", "b"));
    inputs.put(input, value);
    assertThatThrownBy(() -> call("choose", inputs))
        .isInstanceOf(TFInvalidArgumentException.class)
        .hasMessageContaining("assertion failed: " + message);
  }
}
