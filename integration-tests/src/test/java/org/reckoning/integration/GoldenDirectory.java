package org.reckoning.integration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.reckoning.graph.gpt2.Gpt2Config;
import org.reckoning.trainer.tensors.SafetensorsFile;
import org.reckoning.trainer.weights.Gpt2Weights;
import org.reckoning.trainer.weights.published.PublishedWeights;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;

/**
 * A model, its inputs and the expected results. See the {@code README.md} in {@code
 * src/test/resources/golden/gpt2-micro}. Arrays are flat and row-major.
 *
 * @param config model sizes, including V
 * @param weights initial weights by name without {@code transformer.}, in the order of {@link
 *     Gpt2Config#parameterShapes()}
 * @param facts facts of the inner loop, F sequences of T tokens
 * @param questions questions of the outer loop, Q sequences of T' tokens
 * @param factsLogits logits of the facts at the initial weights [F, T, V]
 * @param questionsLogits logits of the questions at the initial weights [Q, T', V]
 * @param cases expected results in the order of {@code expected.json}
 */
@SuppressWarnings("ArrayRecordComponent") // test data, read only
record GoldenDirectory(
    Gpt2Config config,
    Map<String, float[]> weights,
    Sequences facts,
    Sequences questions,
    double[] factsLogits,
    double[] questionsLogits,
    List<GoldenCase> cases) {

  /**
   * Sequences of one length, padded on the right.
   *
   * @param tokens token ids [sequences, length], 0 where padded
   * @param attention 1 for real tokens, 0 for padding, in the shape of the tokens
   * @param target 1 for predicted tokens, else 0, in the shape of the tokens
   */
  @SuppressWarnings("ArrayRecordComponent") // test data, read only
  record Sequences(int[][] tokens, int[][] attention, int[][] target) {}

  /**
   * Reads the directory in the system property {@code golden.dir}, relative to {@code golden.root}.
   * The default is the directory in the test resources.
   *
   * @throws org.reckoning.trainer.tensors.WeightsFormatException if a file is malformed
   * @throws IllegalArgumentException if an entry is missing, has a wrong shape or is unexpected
   */
  static GoldenDirectory read() throws IOException {
    return read(
        locate(System.getProperty("golden.dir", ""), System.getProperty("golden.root", "")));
  }

  /**
   * Reads a directory.
   *
   * @throws org.reckoning.trainer.tensors.WeightsFormatException if a file is malformed
   * @throws IllegalArgumentException if an entry is missing, has a wrong shape or is unexpected
   */
  static GoldenDirectory read(Path directory) throws IOException {
    try (Gpt2Weights model = PublishedWeights.open(directory)) {
      return new Reader(directory, model).read();
    }
  }

  static Path locate(String directory, String root) {
    if (!directory.isBlank()) {
      return Path.of(root).resolve(directory);
    }
    try {
      var resource = GoldenDirectory.class.getResource("/golden/gpt2-micro");
      return Path.of(Objects.requireNonNull(resource).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private record Reader(Path directory, Gpt2Weights model) {
    GoldenDirectory read() throws IOException {
      Map<String, float[]> weights = new LinkedHashMap<>();
      for (String name : model.config().parameterShapes().keySet()) {
        weights.put(name, floats(name));
      }
      JsonNode inputs = json("inputs.json");
      Sequences facts = sequences(inputs, "facts");
      Sequences questions = sequences(inputs, "questions");
      Path file = directory.resolve("expected.safetensors");
      try (SafetensorsFile tensors = SafetensorsFile.open(file)) {
        Expected expected = Expected.of(tensors);
        double[] factsLogits = expected.take("logits/facts", logits(facts));
        double[] questionsLogits = expected.take("logits/questions", logits(questions));
        List<GoldenCase> cases = new ArrayList<>();
        for (Map.Entry<String, JsonNode> entry : json("expected.json").properties()) {
          cases.add(goldenCase(entry.getKey(), entry.getValue(), expected));
        }
        require(
            expected.rest().isEmpty(),
            "%s holds %s, which no case of expected.json needs".formatted(file, expected.rest()));
        return new GoldenDirectory(
            model.config(),
            Collections.unmodifiableMap(weights),
            facts,
            questions,
            factsLogits,
            questionsLogits,
            List.copyOf(cases));
      }
    }

    private float[] floats(String name) throws IOException {
      try (TFloat32 tensor = model.read(name)) {
        float[] values = new float[(int) tensor.shape().size()];
        tensor.asRawTensor().data().asFloats().read(values);
        return values;
      }
    }

    private GoldenCase goldenCase(String name, JsonNode losses, Expected expected)
        throws IOException {
      GoldenCase.Variant variant = GoldenCase.Variant.parse(name);
      int k = variant.k();
      double[] innerLosses = doubles(losses.path("inner_losses"));
      require(
          innerLosses.length == k + 1,
          "inner_losses of case '%s' must be K + 1 = %d but are %d"
              .formatted(name, k + 1, innerLosses.length));
      require(
          losses.path("outer_loss").isNumber(), "case '%s' must have outer_loss".formatted(name));
      var shapes = model.config().parameterShapes();
      Map<String, double[]> rates = new LinkedHashMap<>();
      Map<String, double[]> adapted = new LinkedHashMap<>();
      Map<String, double[]> dTheta = new LinkedHashMap<>();
      Map<String, double[]> dRate = new LinkedHashMap<>();
      for (Map.Entry<String, Shape> parameter : shapes.entrySet()) {
        String tensor = "/" + parameter.getKey();
        Shape shape = parameter.getValue();
        rates.put(
            parameter.getKey(),
            expected.firstRates("rates/" + variant.optimizer().rates() + tensor, k));
        adapted.put(parameter.getKey(), expected.take(name + "/adapted" + tensor, shape));
        dTheta.put(parameter.getKey(), expected.take(name + "/d_theta" + tensor, shape));
        dRate.put(
            parameter.getKey(),
            k == 0 ? new double[0] : expected.take(name + "/d_rate" + tensor, Shape.of(k)));
      }
      return new GoldenCase(
          variant,
          losses.path("outer_loss").doubleValue(),
          innerLosses,
          rates,
          adapted,
          dTheta,
          dRate);
    }

    private Sequences sequences(JsonNode inputs, String name) {
      int[][] tokens = ints(inputs, name, model.config().vocabSize());
      int[][] attention = ints(inputs, name + "_attention", 2);
      int[][] target = ints(inputs, name + "_target", 2);
      require(
          tokens[0].length <= model.config().nPositions(), name + " are longer than n_positions");
      for (int[][] mask : List.of(attention, target)) {
        require(
            mask.length == tokens.length && mask[0].length == tokens[0].length,
            "masks of %s must have their shape [%d, %d] but one has [%d, %d]"
                .formatted(name, tokens.length, tokens[0].length, mask.length, mask[0].length));
      }
      return new Sequences(tokens, attention, target);
    }

    /** Returns integers [sequences, length], each at least 0 and below a limit. */
    private int[][] ints(JsonNode inputs, String name, int limit) {
      int[][] rows = new ObjectMapper().convertValue(inputs.path(name), int[][].class);
      boolean isMatrix = rows != null && rows.length > 0 && rows[0].length > 0;
      require(
          isMatrix && Arrays.stream(rows).allMatch(row -> row.length == rows[0].length),
          name + " must be a list of lists of one length");
      require(
          Arrays.stream(rows).flatMapToInt(Arrays::stream).allMatch(i -> i >= 0 && i < limit),
          "%s must be at least 0 and below %d".formatted(name, limit));
      return rows;
    }

    private static double[] doubles(JsonNode array) {
      double[] values = new double[array.size()];
      Arrays.setAll(values, i -> array.get(i).doubleValue());
      return values;
    }

    private Shape logits(Sequences sequences) {
      int[][] tokens = sequences.tokens();
      return Shape.of(tokens.length, tokens[0].length, model.config().vocabSize());
    }

    private JsonNode json(String name) throws IOException {
      return new ObjectMapper().readTree(directory.resolve(name).toFile());
    }
  }

  /** The tensors of {@code expected.safetensors}, with the names that were not yet read. */
  private record Expected(SafetensorsFile file, Map<String, String> stored, TreeSet<String> rest) {
    static Expected of(SafetensorsFile file) {
      Map<String, String> stored = new LinkedHashMap<>();
      file.names().forEach(name -> stored.put(name.replace("/transformer.", "/"), name));
      TreeSet<String> rest = new TreeSet<>(stored.keySet());
      rest.removeIf(name -> name.startsWith("rates/")); // shared, and not needed for K = 0
      return new Expected(file, stored, rest);
    }

    double[] take(String name, Shape shape) throws IOException {
      double[] values = get(name);
      Shape actual = file.shape(Objects.requireNonNull(stored.get(name)));
      require(
          actual.equals(shape), "tensor '%s' must be %s but is %s".formatted(name, shape, actual));
      rest.remove(name);
      return values;
    }

    double[] firstRates(String name, int k) throws IOException {
      double[] rates = get(name);
      require(
          rates.length >= k, "'%s' must have %d rates but has %d".formatted(name, k, rates.length));
      return Arrays.copyOf(rates, k);
    }

    private double[] get(String name) throws IOException {
      String storedName = stored.get(name);
      if (storedName == null) {
        throw new IllegalArgumentException("tensor '%s' is missing".formatted(name));
      }
      return file.readDoubles(storedName);
    }
  }

  private static void require(boolean condition, String problem) {
    if (!condition) {
      throw new IllegalArgumentException(problem);
    }
  }
}
