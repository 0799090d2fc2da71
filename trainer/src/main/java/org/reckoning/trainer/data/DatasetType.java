package org.reckoning.trainer.data;

import java.util.List;

/** A kind of data: it decides the text templates and the labels. */
public enum DatasetType {
  /** A statement about a theory: {@code yes}, {@code no}, {@code none} (unknown). */
  PROOFWRITER(List.of("yes", "no", "none")),
  /** A kinship of two people, also of the generator here. The labels come from the data. */
  CLUTRR(List.of()),
  /** A conclusion of first-order logic: {@code yes}, {@code no}, {@code unknown}. */
  FOLIO(List.of("yes", "no", "unknown")),
  /** A hypothesis: {@code yes}, {@code no}. */
  ENTAILMENT_TREE(List.of("yes", "no"));

  private final List<String> labels;

  DatasetType(List<String> labels) {
    this.labels = labels;
  }

  /** Returns the labels; empty where they come from the data. */
  public List<String> labels() {
    return labels;
  }
}
