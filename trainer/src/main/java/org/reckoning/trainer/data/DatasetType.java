package org.reckoning.trainer.data;

import java.util.List;

/** A kind of data: it decides the text templates and the labels. */
public enum DatasetType {
  /** A statement about a theory: {@code yes}, {@code no}, {@code none} (unknown). */
  PROOFWRITER,
  /** A kinship of two people, also of the generator here. The labels come from the data. */
  CLUTRR,
  /** A conclusion of first-order logic: {@code yes}, {@code no}, {@code unknown}. */
  FOLIO,
  /** A hypothesis: {@code yes}, {@code no}. */
  ENTAILMENT_TREE;

  /** Returns the labels; empty where they come from the data. */
  public List<String> labels() {
    return switch (this) {
      case PROOFWRITER -> List.of("yes", "no", "none");
      case CLUTRR -> List.of();
      case FOLIO -> List.of("yes", "no", "unknown");
      case ENTAILMENT_TREE -> List.of("yes", "no");
    };
  }
}
