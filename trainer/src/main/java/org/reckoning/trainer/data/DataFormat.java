package org.reckoning.trainer.data;

import java.util.Optional;

/** How tasks are stored in a file; a name that ends with {@code .gz} means a compressed one. */
public enum DataFormat {
  /** A JSON record a line, as the reference implementation has them; what is written here. */
  RECORDS,
  /** ProofWriter. */
  PROOFWRITER,
  /** RuleTaker. */
  RULETAKER,
  /** CLUTRR: official CSV files. */
  CLUTRR_CSV;

  /** Returns the kind of data in such files; empty if they may hold several. */
  public Optional<DatasetType> type() {
    return switch (this) {
      case RECORDS -> Optional.empty();
      case PROOFWRITER, RULETAKER -> Optional.of(DatasetType.PROOFWRITER);
      case CLUTRR_CSV -> Optional.of(DatasetType.CLUTRR);
    };
  }
}
