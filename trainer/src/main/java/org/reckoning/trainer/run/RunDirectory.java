package org.reckoning.trainer.run;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.reckoning.graph.gpt2.Gpt2Config;
import org.reckoning.trainer.config.ModelConfig.VocabularyKind;
import org.reckoning.trainer.config.RunConfig;
import org.reckoning.trainer.files.DirectoryLock;
import org.reckoning.trainer.files.DurableFiles;
import org.reckoning.trainer.files.JsonRecord;
import org.reckoning.trainer.files.MissingPathException;
import org.reckoning.trainer.text.EnumWord;
import org.reckoning.trainer.tokens.Method;
import org.reckoning.trainer.tokens.Vocabulary;
import org.reckoning.trainer.weights.published.Gpt2ConfigFile;

/**
 * The directory of a run. It knows the name of every file, and reads and writes the small ones.
 *
 * <pre>{@code
 * RUN/
 *   config.yaml              the resolved configuration
 *   overrides.yaml           the words of the command line
 *   model.json               the sizes of the model, as a config.json of Hugging Face
 *   vocabulary.json          the tokens of the model, unless it knows all of GPT-2's
 *   padding.safetensors      rows of published embeddings that stand for no token
 *   data.json                the fingerprint of the data
 *   answers.json             labels of the problems and length of the answers, see RunAnswers
 *   checkpoints/             see Checkpoints
 *   metrics.jsonl            a line for each step and each evaluation
 *   tensorboard/             event files
 *   predictions/test.jsonl   the answers to the test problems
 *   predictions/eval.jsonl   the answers to other problems, of the last evaluation
 *   results.json             the results on the test problems
 *   examinations/NAME.json   the results on other problems, see Examination
 *   results-000550.json, examinations-000550/   those before the run was extended from step 550
 *   baselines/NAME/          the same files of a baseline
 *   .lock                    held by the process that trains the run
 * }</pre>
 *
 * @param path of the directory, which need not exist yet
 */
public record RunDirectory(Path path) {
  /** The name of the resolved configuration. */
  public static final String CONFIG = "config.yaml";

  /** The name of the vocabulary. */
  public static final String VOCABULARY = "vocabulary.json";

  /** The name of the sizes of the model. */
  public static final String MODEL = "model.json";

  private static final String RESULTS = "results.json";
  private static final String EXAMINATIONS = "examinations";

  /** Returns whether a run was started here. */
  public boolean exists() {
    return Files.exists(path.resolve(CONFIG));
  }

  /**
   * Reads the resolved configuration.
   *
   * @throws MissingPathException if this is not the directory of a run
   */
  public RunConfig config() throws IOException {
    return config("run");
  }

  /**
   * Reads the resolved configuration.
   *
   * @param name of the directory in messages, such as the option that gives it
   * @throws MissingPathException if this is not the directory of a run
   */
  public RunConfig config(String name) throws IOException {
    Path file = path.resolve(CONFIG);
    if (!Files.isRegularFile(file)) {
      throw new MissingPathException(
          "%s (%s) must be the directory of a run, with %s in it".formatted(name, path, CONFIG));
    }
    return RunConfig.read(file);
  }

  /** Writes the resolved configuration. */
  public void write(RunConfig config) throws IOException {
    DurableFiles.write(path.resolve(CONFIG), config.yaml());
  }

  /** Returns whether the directory has the sizes of the model. */
  public boolean hasModel() {
    return Files.exists(path.resolve(MODEL));
  }

  /**
   * Returns the sizes of the model. A run of an older version has no file of them.
   *
   * @throws IOException if the file cannot be read, or is of another model than configuration and
   *     vocabulary
   */
  public Gpt2Config model(RunConfig config, Vocabulary vocabulary) throws IOException {
    Path file = path.resolve(MODEL);
    if (!Files.exists(file)) {
      return config.model().gpt2(vocabulary.size());
    }
    Gpt2Config sizes = Gpt2ConfigFile.read(file).config();
    RunWeights.requireModelOf(config, vocabulary, sizes, file);
    return sizes;
  }

  /** Writes the sizes of the model. */
  public void write(Gpt2Config model, int endOfText) throws IOException {
    DurableFiles.createDirectories(path);
    Gpt2ConfigFile.write(path.resolve(MODEL), model, endOfText);
  }

  /** Returns whether the directory has a vocabulary. */
  public boolean hasVocabulary() {
    return Files.exists(path.resolve(VOCABULARY));
  }

  /** Returns the vocabulary: all tokens of GPT-2, or a compact vocabulary, which is read. */
  public Vocabulary vocabulary(VocabularyKind kind) throws IOException {
    return kind == VocabularyKind.FULL
        ? Vocabulary.full()
        : Vocabulary.load(path.resolve(VOCABULARY));
  }

  /** Writes the vocabulary. */
  public void write(Vocabulary vocabulary) throws IOException {
    DurableFiles.createDirectories(path);
    vocabulary.save(path.resolve(VOCABULARY));
  }

  /** Writes what the answers are like. */
  public void write(RunAnswers answers) throws IOException {
    answers.write(path);
  }

  /** Copies the vocabulary, if there is one, into the directory of another run. */
  public void copyVocabulary(RunDirectory to) throws IOException {
    if (hasVocabulary()) {
      DurableFiles.copy(path.resolve(VOCABULARY), to.path.resolve(VOCABULARY));
    }
  }

  /**
   * Copies a finished run into the directory of another one with the same configuration. The
   * results are copied last, so an interrupted copy is no finished run.
   *
   * @throws IOException if a file cannot be read or written
   */
  public void copy(RunDirectory to) throws IOException {
    Path results = path.resolve(RESULTS);
    List<Path> files;
    try (Stream<Path> tree = Files.walk(path)) {
      files =
          tree.filter(file -> Files.isRegularFile(file) && !file.equals(results))
              .filter(file -> !file.getFileName().toString().startsWith(".")) // locks
              .toList();
    }
    for (Path file : files) {
      DurableFiles.copy(file, to.path.resolve(path.relativize(file)));
    }
    DurableFiles.copy(results, to.path.resolve(RESULTS));
  }

  /**
   * Returns the checkpoints.
   *
   * @param keep number of checkpoints that remain, besides the best one
   */
  public Checkpoints checkpoints(int keep) {
    return new Checkpoints(path, keep);
  }

  /** Returns the file of the predictions for a split or an evaluation. */
  public Path predictions(String name) {
    return path.resolve("predictions").resolve(name + ".jsonl");
  }

  /**
   * Reads the results.
   *
   * @return empty if the run has no results yet
   * @throws IOException if the file is damaged
   */
  public Optional<Results> results() throws IOException {
    Path file = path.resolve(RESULTS);
    return Files.exists(file)
        ? Optional.of(JsonRecord.read(file, Results.class, "the results of a run"))
        : Optional.empty();
  }

  /** Writes the results. */
  public void write(Results results) throws IOException {
    JsonRecord.write(path.resolve(RESULTS), results);
  }

  /**
   * Reads an examination.
   *
   * @return empty if the run has no examination of this name
   * @throws IOException if the file is damaged
   */
  public Optional<Examination> examination(String name) throws IOException {
    Path file = examinationFile(name);
    return Files.exists(file)
        ? Optional.of(JsonRecord.read(file, Examination.class, "an examination of a run"))
        : Optional.empty();
  }

  /** Writes an examination; replaces one of the same name. */
  public void write(String name, Examination examination) throws IOException {
    JsonRecord.write(examinationFile(name), examination);
  }

  private Path examinationFile(String name) {
    return path.resolve(EXAMINATIONS).resolve(name + ".json");
  }

  /**
   * Renames results and examinations, if there are any, to those before the run was extended from a
   * step.
   */
  public void setResultsAside(long step) throws IOException {
    Path results = path.resolve(RESULTS);
    if (Files.exists(results)) {
      Files.move(
          results,
          path.resolve(String.format(Locale.ROOT, "results-%06d.json", step)),
          StandardCopyOption.REPLACE_EXISTING);
    }
    Path examinations = path.resolve(EXAMINATIONS);
    if (Files.exists(examinations)) {
      Path aside = path.resolve(String.format(Locale.ROOT, "%s-%06d", EXAMINATIONS, step));
      if (Files.exists(aside)) {
        DurableFiles.deleteWhole(aside);
      }
      Files.move(examinations, aside);
    }
    DurableFiles.forceDirectory(path);
  }

  /**
   * Compares data with the fingerprint of the run, or writes the fingerprint of a new run.
   *
   * @throws IOException if the data differ
   */
  public void requireSameData(Splits splits) throws IOException {
    DataFingerprint.requireSame(path, splits);
  }

  /**
   * Returns a sentence if the test problems differ from those of the run, else an empty text.
   *
   * @throws IOException if the fingerprint is damaged
   */
  public String differenceOfTest(Splits splits) throws IOException {
    return DataFingerprint.differenceOfTest(path, splits);
  }

  /**
   * Locks the directory against other processes that would train this run.
   *
   * @return closes the lock
   * @throws IOException if another process holds the lock
   */
  public Closeable lock() throws IOException {
    return DirectoryLock.take(path, "run");
  }

  /** Returns the directory of each method: of the run's own method first, then its baselines. */
  public Map<Method, RunDirectory> byMethod(RunConfig config) {
    Map<Method, RunDirectory> directories = new LinkedHashMap<>();
    directories.put(config.method(), this);
    for (Method baseline : config.baselines()) {
      directories.putIfAbsent(
          baseline, new RunDirectory(path.resolve("baselines").resolve(EnumWord.of(baseline))));
    }
    return directories;
  }
}
