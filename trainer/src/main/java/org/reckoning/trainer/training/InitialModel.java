package org.reckoning.trainer.training;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.gpt2.Gpt2Config;
import org.reckoning.graph.program.BilevelProgram;
import org.reckoning.trainer.config.ModelConfig.VocabularyKind;
import org.reckoning.trainer.config.RunConfig;
import org.reckoning.trainer.run.CompactVocabulary;
import org.reckoning.trainer.run.RunDirectory;
import org.reckoning.trainer.run.RunWeights;
import org.reckoning.trainer.run.Splits;
import org.reckoning.trainer.tokens.Vocabulary;
import org.reckoning.trainer.weights.Gpt2Weights;
import org.reckoning.trainer.weights.published.PaddingFile;

/**
 * The model that a run starts from: vocabulary, sizes, and published or random weights. The first
 * training writes vocabulary and sizes into the directory of the run, since published weights may
 * disappear.
 *
 * <p>Of several processes, rank 0 reads and writes, and tells vocabulary and sizes to the others.
 * Theirs is a model with random weights.
 */
final class InitialModel implements Closeable {
  private final Vocabulary vocabulary;
  private final Gpt2Config sizes;
  private final @Nullable Gpt2Weights published;

  private InitialModel(Vocabulary vocabulary, Gpt2Config sizes, @Nullable Gpt2Weights published) {
    this.vocabulary = vocabulary;
    this.sizes = sizes;
    this.published = published;
  }

  /** Opens the model for training. Published weights are not read if the run has a checkpoint. */
  static InitialModel forTraining(
      RunConfig config, Splits splits, RunDirectory directory, FirstRank first) throws IOException {
    Gpt2Weights published = first.peers().isFirst() ? published(config, directory) : null;
    try {
      Vocabulary vocabulary =
          first.answer(Vocabulary.class, () -> vocabulary(config, splits, directory));
      Gpt2Config sizes =
          first.answer(
              Gpt2Config.class,
              () -> {
                Gpt2Config found = sizes(config, directory, vocabulary, published);
                keep(config, directory, vocabulary, found, published);
                return found;
              });
      return new InitialModel(vocabulary, sizes, published);
    } catch (IOException | RuntimeException e) {
      if (published != null) {
        published.close();
      }
      throw e;
    }
  }

  /**
   * Opens the model for a look at its program: as for training, but writes nothing.
   *
   * @param directory of a run; null for a new run
   */
  static InitialModel forInspection(
      RunConfig config, Splits splits, @Nullable RunDirectory directory) throws IOException {
    Gpt2Weights published = published(config, directory);
    try {
      Vocabulary vocabulary = vocabulary(config, splits, directory);
      return new InitialModel(
          vocabulary, sizes(config, directory, vocabulary, published), published);
    } catch (IOException | RuntimeException e) {
      if (published != null) {
        published.close();
      }
      throw e;
    }
  }

  /** Opens the model for an evaluation of checkpoints: without weights. Writes nothing. */
  static InitialModel forEvaluation(RunConfig config, RunDirectory directory) throws IOException {
    Vocabulary vocabulary = directory.vocabulary(config.model().vocabulary());
    return new InitialModel(vocabulary, directory.model(config, vocabulary), null);
  }

  private static @Nullable Gpt2Weights published(RunConfig config, @Nullable RunDirectory directory)
      throws IOException {
    String path = config.model().nameOrPath();
    boolean resumes =
        directory != null
            && directory.hasModel()
            && directory.checkpoints(config.keepCheckpoints()).newestStep().isPresent();
    return path == null || resumes ? null : RunWeights.openAny(Path.of(path));
  }

  private static Vocabulary vocabulary(
      RunConfig config, Splits splits, @Nullable RunDirectory directory) throws IOException {
    VocabularyKind kind = config.model().vocabulary();
    if (kind == VocabularyKind.FULL) {
      return Vocabulary.full();
    }
    return directory != null && directory.hasVocabulary()
        ? directory.vocabulary(kind)
        : CompactVocabulary.of(config, splits);
  }

  private static Gpt2Config sizes(
      RunConfig config,
      @Nullable RunDirectory directory,
      Vocabulary vocabulary,
      @Nullable Gpt2Weights published)
      throws IOException {
    if (published != null) {
      return published.withVocabulary(vocabulary).config();
    }
    return directory == null
        ? config.model().gpt2(vocabulary.size())
        : directory.model(config, vocabulary);
  }

  /** Writes what the directory of the run does not have yet. */
  private static void keep(
      RunConfig config,
      RunDirectory directory,
      Vocabulary vocabulary,
      Gpt2Config sizes,
      @Nullable Gpt2Weights published)
      throws IOException {
    if (config.model().vocabulary() != VocabularyKind.FULL && !directory.hasVocabulary()) {
      directory.write(vocabulary);
    }
    if (published != null || !directory.hasModel()) {
      directory.write(sizes, vocabulary.endOfText());
    }
    if (published != null && vocabulary.isFull()) {
      PaddingFile.keep(directory.path(), published);
    }
  }

  /** Sets the variables of a program: published weights where there are any, else random ones. */
  void initialize(BilevelProgram<?> program, long seed) throws IOException {
    if (published == null) {
      program.initialize(seed);
      return;
    }
    Gpt2Weights known = published.withVocabulary(vocabulary);
    Set<String> names = sizes.parameterShapes().keySet(); // without low-rank factors
    program.initialize(name -> names.contains(name) ? known.read(name) : null, seed);
  }

  Vocabulary vocabulary() {
    return vocabulary;
  }

  Gpt2Config sizes() {
    return sizes;
  }

  @Override
  public void close() throws IOException {
    if (published != null) {
      published.close();
    }
  }
}
