package org.reckoning.cli.study;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.reckoning.trainer.config.ConfigException;

/**
 * The words of {@code reckoning study}.
 *
 * @param name of the study; null if only a directory is given
 * @param size name of the size
 * @param resume directory of a study to continue; null for a new one
 * @param overrides all other words
 */
record StudyWords(
    @Nullable String name, String size, @Nullable Path resume, List<String> overrides) {
  private static final String SIZE = "size=";
  private static final String RESUME = "resume=";
  private static final String DEFAULT_SIZE = "quick";

  /** Returns the key of an override: that of {@code ++max_steps=400} is {@code max_steps}. */
  static String key(String word) {
    return word.replaceFirst("(?s)=.*", "").replaceFirst("^[+~]+", "");
  }

  /**
   * Sorts the words.
   *
   * @throws ConfigException if no study is named, or words exclude each other
   */
  static StudyWords of(List<String> words) {
    String name = null;
    String size = null;
    Path resume = null;
    List<String> overrides = new ArrayList<>();
    for (String word : words) {
      if (word.startsWith(SIZE)) {
        size = word.substring(SIZE.length());
      } else if (word.startsWith(RESUME)) {
        resume = Path.of(word.substring(RESUME.length()));
      } else if (name == null && !word.contains("=") && !word.startsWith("~")) {
        name = word;
      } else {
        overrides.add(word);
      }
    }
    if (resume != null && (size != null || name != null || !overrides.isEmpty())) {
      throw new ConfigException(
          List.of(
              "resume=%s continues a study as planned: omit all other words".formatted(resume)));
    }
    if (resume == null && name == null) {
      throw new ConfigException(
          List.of("name a study, such as 'reckoning study methods', or give resume=DIR"));
    }
    return new StudyWords(name, size == null ? DEFAULT_SIZE : size, resume, overrides);
  }
}
