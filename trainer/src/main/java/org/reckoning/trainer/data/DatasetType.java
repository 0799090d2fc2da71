package org.reckoning.trainer.data;

import java.util.List;

/** A type of dataset, which decides the text templates and the labels. */
public enum DatasetType {
  /** A statement about a theory: {@code yes}, {@code no}, {@code none} (unknown). */
  PROOFWRITER,
  /**
   * The relation of two people, from CLUTRR or from the generator: 18 words such as {@code aunt}.
   */
  CLUTRR,
  /** A conclusion of first-order logic: {@code yes}, {@code no}, {@code unknown}. */
  FOLIO,
  /** A hypothesis: {@code yes}, {@code no}. */
  ENTAILMENT_TREE,
  /** A question with an answer of its own, such as a room: each record lists its labels. */
  QUESTION;

  /** The relations of CLUTRR except husband and wife, in alphabetical order. */
  private static final List<String> RELATIONS =
      List.of(
          "aunt",
          "brother",
          "daughter",
          "daughter-in-law",
          "father",
          "father-in-law",
          "granddaughter",
          "grandfather",
          "grandmother",
          "grandson",
          "mother",
          "mother-in-law",
          "nephew",
          "niece",
          "sister",
          "son",
          "son-in-law",
          "uncle");

  /** Returns the labels of a task whose record names no labels; {@link #QUESTION} has none. */
  public List<String> labels() {
    return switch (this) {
      case PROOFWRITER -> List.of("yes", "no", "none");
      case CLUTRR -> RELATIONS;
      case FOLIO -> List.of("yes", "no", "unknown");
      case ENTAILMENT_TREE -> List.of("yes", "no");
      case QUESTION -> List.of();
    };
  }

  /**
   * Returns the word for a label in files of records: {@code true}, {@code false} or {@code
   * unknown} for statements of {@link #PROOFWRITER} and {@link #FOLIO}, else the label itself.
   */
  public String word(String label) {
    return switch (this) {
      case PROOFWRITER, FOLIO ->
          switch (label) {
            case "yes" -> "true";
            case "no" -> "false";
            default -> "unknown";
          };
      case ENTAILMENT_TREE, CLUTRR, QUESTION -> label;
    };
  }
}
