package org.reckoning.trainer.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.gpt2.Gpt2Config;
import org.reckoning.graph.gpt2.Lora;
import org.reckoning.graph.settings.Adaptation;
import org.reckoning.trainer.config.RunConfig;
import org.reckoning.trainer.config.RunConfig.FloatType;
import org.reckoning.trainer.tensors.CheckpointFile;
import org.reckoning.trainer.tensors.NonFinite;
import org.reckoning.trainer.tokens.Vocabulary;
import org.reckoning.trainer.weights.Gpt2Weights;
import org.reckoning.trainer.weights.LowRankMerge;
import org.reckoning.trainer.weights.published.PaddingFile;
import org.reckoning.trainer.weights.published.PublishedWeights;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;

/**
 * Learned initial weights of a run, read from a checkpoint without building a graph. Low-rank
 * factors are merged into their layers, or read separately.
 */
public final class RunWeights implements Gpt2Weights {
  private static final Map<String, Function<Gpt2Config, Number>> SIZES =
      new TreeMap<>(
          Map.of(
              "n_layer", Gpt2Config::nLayer,
              "n_head", Gpt2Config::nHead,
              "n_embd", Gpt2Config::nEmbd,
              "n_inner", Gpt2Config::nInner,
              "n_positions", Gpt2Config::nPositions,
              "initializer_range", Gpt2Config::initializerRange));

  private final RunConfig settings;
  private final Path checkpoint;
  private final Gpt2Config config;
  private final Vocabulary vocabulary;
  private final @Nullable Lora lora;
  private final boolean merges;
  private final Map<String, Shape> shapes;
  private final Map<String, Shape> factors;
  private final CheckpointFile file;
  private final @Nullable PaddingFile padding; // of the published weights that the run started from

  private RunWeights(RunDirectory run, Path checkpoint, boolean merges) throws IOException {
    settings = run.config();
    this.checkpoint = checkpoint;
    this.merges = merges;
    vocabulary = run.vocabulary(settings.model().vocabulary());
    config = run.model(settings, vocabulary);
    lora = settings.adaptation() instanceof Adaptation.LowRank low ? low.lora() : null;
    shapes = config.parameterShapes();
    factors = lora == null ? Map.of() : lora.parameterShapes(config);
    padding =
        vocabulary.isFull() && PaddingFile.isIn(run.path())
            ? PaddingFile.open(run.path(), config.nEmbd())
            : null;
    file =
        CheckpointFile.open(
            checkpoint.resolve(Checkpoints.VARIABLES),
            settings.dtype() == FloatType.FLOAT32 ? TFloat32.class : TFloat64.class);
  }

  /** Checks the sizes against the configuration: the number of heads shows in no weight. */
  static void requireModelOf(
      RunConfig settings, Vocabulary vocabulary, Gpt2Config config, Path sizes) throws IOException {
    if (config.vocabSize() != vocabulary.size()) {
      throw new IOException(
          "'%s' must have vocab_size=%d, as the run's vocabulary, but has %d: omit changes of model.vocabulary, or restore both files of the run"
              .formatted(sizes, vocabulary.size(), config.vocabSize()));
    }
    Gpt2Config configured = settings.model().gpt2(vocabulary.size());
    if (settings.model().nameOrPath() == null && !config.equals(configured)) {
      throw new IOException(
          "'%s' and the configuration of the run must be of one model but are not, with %s: omit changes of model, as a run keeps its model, or restore both files of the run"
              .formatted(sizes, differences(config, configured)));
    }
  }

  /** Returns the sizes that differ, such as {@code n_positions 128 and 256}. */
  private static String differences(Gpt2Config a, Gpt2Config b) {
    return SIZES.entrySet().stream()
        .filter(size -> !size.getValue().apply(a).equals(size.getValue().apply(b)))
        .map(
            size ->
                "%s %s and %s"
                    .formatted(size.getKey(), size.getValue().apply(a), size.getValue().apply(b)))
        .collect(Collectors.joining(", "));
  }

  /**
   * Opens the weights of a run, with low-rank factors merged.
   *
   * @param path of a run, for its best checkpoint, or of a checkpoint
   * @throws IOException if it is neither, or has no checkpoint
   */
  public static RunWeights open(Path path) throws IOException {
    return open(path, true);
  }

  /** Opens the weights of a run, with separate low-rank factors. */
  public static RunWeights openUnmerged(Path path) throws IOException {
    return open(path, false);
  }

  /**
   * Opens a checkpoint that was {@linkplain Checkpoints#verify verified}, with separate low-rank
   * factors.
   */
  public static RunWeights openVerified(Path checkpoint) throws IOException {
    return new RunWeights(runOf(checkpoint.toAbsolutePath().normalize()), checkpoint, false);
  }

  private static RunWeights open(Path path, boolean merges) throws IOException {
    Path absolute = path.toAbsolutePath().normalize();
    RunDirectory itself = new RunDirectory(absolute);
    if (itself.exists()) {
      Path best =
          itself
              .checkpoints(1)
              .best()
              .orElseThrow(() -> new IOException("run '%s' has no checkpoint".formatted(path)));
      return new RunWeights(itself, best, merges);
    }
    RunDirectory run = runOf(absolute);
    run.config();
    Checkpoints.verify(absolute);
    return new RunWeights(run, absolute, merges);
  }

  private static RunDirectory runOf(Path checkpoint) {
    Path checkpoints = checkpoint.getParent();
    Path run = checkpoints == null ? null : checkpoints.getParent();
    return new RunDirectory(Objects.requireNonNullElse(run, checkpoint));
  }

  /** Returns whether a path is the directory of a run, or of a checkpoint of a run. */
  public static boolean isRun(Path path) {
    Path absolute = path.toAbsolutePath().normalize();
    return new RunDirectory(absolute).exists()
        || (Files.exists(absolute.resolve(Checkpoints.VARIABLES + ".index"))
            && runOf(absolute).exists());
  }

  /**
   * Opens the weights of a run, of a checkpoint, or of a published model. Reading a weight checks
   * that it is finite.
   *
   * @throws IOException if the path is none of these
   */
  public static Gpt2Weights openAny(Path path) throws IOException {
    return isRun(path) ? Gpt2Weights.finite(path, open(path)) : PublishedWeights.open(path);
  }

  /** Opens weights as {@link #openAny} does, without the check for finite values. */
  public static Gpt2Weights openAnyUnchecked(Path path) throws IOException {
    return isRun(path) ? open(path) : PublishedWeights.openUnchecked(path);
  }

  /** Returns the configuration of the run. */
  public RunConfig settings() {
    return settings;
  }

  /** Returns what the answers of the run are like; empty for a run of an older version. */
  public Optional<RunAnswers> answers() throws IOException {
    return RunAnswers.read(runOf(checkpoint).path());
  }

  /** Returns the directory of the checkpoint. */
  public Path checkpoint() {
    return checkpoint;
  }

  /** Returns the settings of the low-rank factors, if the run trains such factors. */
  public Optional<Lora> lora() {
    return Optional.ofNullable(lora);
  }

  /**
   * Checks that all weights and factors are finite.
   *
   * @throws IOException with the name of the first one that has NaN or infinities
   */
  public void requireFinite() throws IOException {
    Gpt2Weights.finite(checkpoint, this).requireReadable();
    for (String name : factors.keySet()) {
      readFactor(name).close();
    }
  }

  /** Reads a low-rank factor and checks that it is finite; the caller closes it. */
  public TFloat32 readFactor(String name) throws IOException {
    Shape shape = factors.get(name);
    if (shape == null) {
      throw new IllegalArgumentException(
          "no factor '%s'; known: %s".formatted(name, factors.keySet()));
    }
    return NonFinite.checked(checkpoint, name, file.read(name, shape));
  }

  /**
   * Reads the stored inner rates [J, K]: logarithms, or the rates themselves if the configuration
   * says so. The caller closes them.
   */
  TFloat32 readStoredRates() throws IOException {
    Shape shape = TrainedModel.rateShape(settings, config);
    return NonFinite.checked(checkpoint, TrainedModel.RATES, file.read(TrainedModel.RATES, shape));
  }

  /** Returns the shapes of the low-rank factors, by name. */
  public Map<String, Shape> factors() {
    return factors;
  }

  @Override
  public Gpt2Config config() {
    return config;
  }

  @Override
  public int padding() {
    return padding == null ? 0 : padding.rows();
  }

  @Override
  public Optional<Vocabulary> vocabulary() {
    return Optional.of(vocabulary);
  }

  @Override
  public int endOfText() {
    return vocabulary.endOfText();
  }

  @Override
  public String format() {
    return "checkpoint %s of a run%s"
        .formatted(
            checkpoint.getFileName(),
            lora == null
                ? ""
                : ", low-rank factors of rank %d %s"
                    .formatted(lora.rank(), merges ? "merged" : "apart"));
  }

  @Override
  public TFloat32 read(String name) throws IOException {
    Shape shape = shapes.get(name);
    if (shape == null) {
      throw new IllegalArgumentException(
          "no parameter '%s'; known: %s".formatted(name, shapes.keySet()));
    }
    TFloat32 weight = file.read(name, shape);
    String layer = name.replaceFirst("\\.weight$", "");
    if (lora == null || !merges || !factors.containsKey(Lora.factorA(layer))) {
      return weight;
    }
    try (weight;
        TFloat32 a = readFactor(Lora.factorA(layer));
        TFloat32 b = readFactor(Lora.factorB(layer))) {
      return LowRankMerge.merged(weight, a, b, lora.scale());
    }
  }

  @Override
  public TFloat32 readStored(String name) throws IOException {
    TFloat32 weight = read(name);
    if (padding == null || !name.equals("wte.weight")) {
      return weight;
    }
    try (weight) {
      return padding.after(weight);
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
    if (padding != null) {
      padding.close();
    }
  }
}
