package org.reckoning.trainer.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.bilevel.Adaptation;
import org.reckoning.graph.gpt2.Gpt2Config;
import org.reckoning.graph.gpt2.Lora;
import org.reckoning.trainer.config.FloatType;
import org.reckoning.trainer.config.RunConfig;
import org.reckoning.trainer.config.VocabularyKind;
import org.reckoning.trainer.tokens.Vocabulary;
import org.reckoning.trainer.training.Experiment;
import org.reckoning.trainer.training.TrainingRun;
import org.reckoning.trainer.weights.CheckpointFile;
import org.reckoning.trainer.weights.Gpt2ConfigFile;
import org.reckoning.trainer.weights.Gpt2Weights;
import org.reckoning.trainer.weights.LowRankMerge;
import org.reckoning.trainer.weights.NonFinite;
import org.reckoning.trainer.weights.PaddingFile;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;

/**
 * The initial weights that a run has learned, read from one of its checkpoints without building its
 * graph. Low-rank factors are merged into the layers that they belong to, or read apart.
 */
public final class RunWeights implements Gpt2Weights {
  private final RunConfig settings;
  private final Path checkpoint;
  private final Gpt2Config config;
  private final Vocabulary vocabulary;
  private final @Nullable Lora lora;
  private final boolean merges;
  private final Map<String, Shape> shapes;
  private final Map<String, Shape> factors;
  private final CheckpointFile file;
  private final @Nullable PaddingFile padding; // of the published weights that the run began with

  private RunWeights(Path run, Path checkpoint, boolean merges) throws IOException {
    settings = Experiment.configOf("run", run);
    this.checkpoint = checkpoint;
    this.merges = merges;
    vocabulary =
        settings.model().vocabulary() == VocabularyKind.FULL
            ? Vocabulary.full()
            : Vocabulary.load(run.resolve(TrainingRun.VOCABULARY));
    Path sizes = run.resolve(TrainingRun.MODEL);
    config =
        Files.exists(sizes)
            ? Gpt2ConfigFile.read(sizes).config()
            : settings.model().gpt2(vocabulary.size());
    requireModelOf(settings, vocabulary, config, sizes);
    lora = settings.adaptation() instanceof Adaptation.LowRank low ? low.lora() : null;
    shapes = config.parameterShapes();
    factors = lora == null ? Map.of() : lora.parameterShapes(config);
    padding =
        vocabulary.isFull() && PaddingFile.isIn(run) ? PaddingFile.open(run, config.nEmbd()) : null;
    file =
        CheckpointFile.open(
            checkpoint.resolve(Checkpoints.VARIABLES),
            settings.dtype() == FloatType.FLOAT32 ? TFloat32.class : TFloat64.class);
  }

  /** A number of heads shows in no weight: only the configuration knows if it was changed. */
  private static void requireModelOf(
      RunConfig settings, Vocabulary vocabulary, Gpt2Config config, Path sizes) throws IOException {
    if (config.vocabSize() != vocabulary.size()) {
      throw new IOException(
          "'%s' must have vocab_size=%d, as the run's vocabulary, but has %d: take both files from the run as it was"
              .formatted(sizes, vocabulary.size(), config.vocabSize()));
    }
    if (settings.model().nameOrPath() == null
        && !config.equals(settings.model().gpt2(vocabulary.size()))) {
      throw new IOException(
          "'%s' is of another model than the configuration of the run: take both files from the run as it was"
              .formatted(sizes));
    }
  }

  /**
   * Opens what a run has learned; low-rank factors are merged.
   *
   * @param path directory of a run, whose best checkpoint is taken, or of a checkpoint
   * @throws IOException if it is neither, or has no checkpoint
   */
  public static RunWeights open(Path path) throws IOException {
    return open(path, true);
  }

  /** Opens what a run has learned, with low-rank factors left apart. */
  public static RunWeights openUnmerged(Path path) throws IOException {
    return open(path, false);
  }

  private static RunWeights open(Path path, boolean merges) throws IOException {
    Path absolute = path.toAbsolutePath().normalize();
    if (Files.exists(absolute.resolve(Experiment.CONFIG))) {
      Path best =
          new Checkpoints(absolute, 1)
              .best()
              .orElseThrow(() -> new IOException("run '%s' has no checkpoint".formatted(path)));
      return new RunWeights(absolute, best, merges);
    }
    Path run = runOf(absolute);
    Experiment.configOf("run", run);
    Checkpoints.verify(absolute);
    return new RunWeights(run, absolute, merges);
  }

  private static Path runOf(Path checkpoint) {
    Path checkpoints = checkpoint.getParent();
    Path run = checkpoints == null ? null : checkpoints.getParent();
    return Objects.requireNonNullElse(run, checkpoint);
  }

  /** Returns whether this is the directory of a run, or of a checkpoint in one. */
  public static boolean isRun(Path path) {
    Path absolute = path.toAbsolutePath().normalize();
    return Files.exists(absolute.resolve(Experiment.CONFIG))
        || (Files.exists(absolute.resolve(Checkpoints.VARIABLES + ".index"))
            && Files.exists(runOf(absolute).resolve(Experiment.CONFIG)));
  }

  /**
   * Opens the weights of a run, of a checkpoint in one, or published ones; every number that is
   * read must be finite.
   *
   * @throws IOException if it is none of these
   */
  public static Gpt2Weights openAny(Path path) throws IOException {
    return isRun(path) ? Gpt2Weights.finite(path, open(path)) : Gpt2Weights.open(path);
  }

  /** Opens weights as {@link #openAny} does, whose numbers may be anything. */
  public static Gpt2Weights openAnyUnchecked(Path path) throws IOException {
    return isRun(path) ? open(path) : Gpt2Weights.openUnchecked(path);
  }

  /** Returns the configuration of the run. */
  public RunConfig settings() {
    return settings;
  }

  /** Returns the directory of the checkpoint. */
  public Path checkpoint() {
    return checkpoint;
  }

  /** Returns the low-rank factors that there are, if there are. */
  public Optional<Lora> lora() {
    return Optional.ofNullable(lora);
  }

  /**
   * Reads all weights and factors once.
   *
   * @throws IOException if one has NaN or infinities, with its name
   */
  public void requireFinite() throws IOException {
    Gpt2Weights.finite(checkpoint, this).requireReadable();
    for (String name : factors.keySet()) {
      readFactor(name).close();
    }
  }

  /** Reads a low-rank factor, which must be finite; the caller closes it. */
  public TFloat32 readFactor(String name) throws IOException {
    Shape shape = factors.get(name);
    if (shape == null) {
      throw new IllegalArgumentException(
          "no factor '%s'; known: %s".formatted(name, factors.keySet()));
    }
    return NonFinite.checked(checkpoint, name, file.read(name, shape));
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
