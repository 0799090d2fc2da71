package org.reckoning.trainer.data.formats;

import static org.reckoning.trainer.data.formats.BadLineException.quote;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.reckoning.trainer.data.DatasetType;

/** Reads labels from the words for them in files. */
final class Labels {
  private Labels() {}

  /** Returns the labels of the statements of a theory. */
  static List<String> ofTheory(boolean openWorld) {
    return openWorld ? DatasetType.PROOFWRITER.labels() : List.of("yes", "no");
  }

  /**
   * Returns the label for a value in a file. A label maps to itself. Case matters for {@link
   * DatasetType#QUESTION} only.
   *
   * @param what what the value is, for the message
   * @param value a text, or a JSON boolean
   * @throws BadLineException if the value maps to no label
   */
  static String read(DatasetType type, String what, JsonNode value) throws BadLineException {
    String word = value.isBoolean() ? value.asText() : JsonFields.text(what, value);
    String label = type == DatasetType.QUESTION ? word : map(type, word.toLowerCase(Locale.ROOT));
    if (label == null) {
      throw new BadLineException(
          "%s (%s) must be one of %s".formatted(what, quote(word), words(type)));
    }
    return label;
  }

  private static @Nullable String map(DatasetType type, String word) {
    return switch (type) {
      case PROOFWRITER ->
          switch (word) {
            case "true", "yes" -> "yes";
            case "false", "no" -> "no";
            case "unknown", "none" -> "none";
            default -> null;
          };
      case FOLIO ->
          switch (word) {
            case "true", "yes" -> "yes";
            case "false", "no" -> "no";
            case "unknown", "uncertain" -> "unknown";
            default -> null;
          };
      case ENTAILMENT_TREE -> type.labels().contains(word) ? word : null;
      // A misspelling of one of the published sets.
      case CLUTRR -> word.equals("neice") ? "niece" : word;
      case QUESTION -> word;
    };
  }

  private static String words(DatasetType type) {
    return switch (type) {
      case PROOFWRITER, FOLIO -> "true, false, unknown";
      case ENTAILMENT_TREE, CLUTRR, QUESTION -> String.join(", ", type.labels());
    };
  }
}
