package org.reckoning.trainer.run;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.reckoning.trainer.config.ModelConfig.VocabularyKind;
import org.reckoning.trainer.config.RunConfig;
import org.reckoning.trainer.data.DatasetType;
import org.reckoning.trainer.data.formats.DataFile;
import org.reckoning.trainer.data.formats.DataFormat;
import org.reckoning.trainer.files.FileProblem;
import org.reckoning.trainer.files.TextFile.NotTextException;
import org.reckoning.trainer.tokens.Vocabulary;
import org.reckoning.trainer.tokens.VocabularyBuilder;

/**
 * Chooses the tokens of a model that does not know all of GPT-2's.
 *
 * <p>Besides the tokens of its data, the model knows those that later questions may need: all that
 * the generator of its data can say, the names of {@link #FACTS} facts, and the files that the
 * configuration names. So it can be examined on more hops, more distractors and other data.
 */
public final class CompactVocabulary {
  /** Number of facts whose names a model knows at least: {@code fact_0} to {@code fact_63}. */
  public static final int FACTS = 64;

  private CompactVocabulary() {}

  /**
   * Returns the vocabulary of a configuration.
   *
   * @param splits the data of the run
   * @throws IOException if a file of {@code model.vocabulary_data} cannot be read or has invalid
   *     lines
   */
  public static Vocabulary of(RunConfig config, Splits splits) throws IOException {
    VocabularyBuilder tokens = new VocabularyBuilder().add(splits.all());
    if (config.model().vocabulary() == VocabularyKind.COMPACT) {
      tokens.add(new SplitLoader(config.data(), config.seed(), line -> {}).lexicon());
      tokens.addFactNames(FACTS);
      for (String file : config.model().vocabularyData()) {
        add(Path.of(file), config.data().datasetType(), tokens);
      }
    }
    return tokens.build();
  }

  private static void add(Path file, DatasetType type, VocabularyBuilder tokens)
      throws IOException {
    TaskFiles.requireReadable(file, "model.vocabulary_data");
    try (DataFile opened = DataFile.open(file)) { // once, as it may be a pipe
      Optional<DataFormat> format = recognized(opened, file);
      if (format.isPresent()) {
        DatasetType ofFile = format.get().type().orElse(type);
        tokens.add(TaskFiles.read(opened, format.get(), ofFile, line -> {}));
      } else {
        opened.wholeText().lines().forEach(tokens::addWords);
      }
    }
  }

  private static Optional<DataFormat> recognized(DataFile opened, Path file) throws IOException {
    try {
      return opened.recognized();
    } catch (NotTextException e) {
      throw FileProblem.cannotRead(file, e);
    }
  }
}
