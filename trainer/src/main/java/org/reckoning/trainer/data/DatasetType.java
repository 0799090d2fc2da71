package org.reckoning.trainer.data;

import java.util.List;

/** A kind of data: it decides the text templates and the labels. */
public enum DatasetType {
  /** A statement about a theory: {@code yes}, {@code no}, {@code none} (unknown). */
  PROOFWRITER,
  /** A kinship of two people, also of the generator here: 18 words such as {@code aunt}. */
  CLUTRR,
  /** A conclusion of first-order logic: {@code yes}, {@code no}, {@code unknown}. */
  FOLIO,
  /** A hypothesis: {@code yes}, {@code no}. */
  ENTAILMENT_TREE;

  /** The relations of CLUTRR but husband and wife, in alphabetical order. */
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

  /** Returns the labels to choose from where a record names no others. */
  public List<String> labels() {
    return switch (this) {
      case PROOFWRITER -> List.of("yes", "no", "none");
      case CLUTRR -> RELATIONS;
      case FOLIO -> List.of("yes", "no", "unknown");
      case ENTAILMENT_TREE -> List.of("yes", "no");
    };
  }
}
