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

  /** Returns the labels to choose from where a record names no others. */
  public List<String> labels() {
    return switch (this) {
      case PROOFWRITER -> List.of("yes", "no", "none");
      case CLUTRR -> Kinship.labels();
      case FOLIO -> List.of("yes", "no", "unknown");
      case ENTAILMENT_TREE -> List.of("yes", "no");
    };
  }
}
