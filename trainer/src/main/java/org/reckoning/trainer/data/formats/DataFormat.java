package org.reckoning.trainer.data.formats;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.reckoning.trainer.data.DatasetType;
import org.reckoning.trainer.files.EnumName;

/** How tasks are stored in a file, compressed or not. */
public enum DataFormat {
  /** A JSON record a line, as the reference implementation has them; what is written here. */
  RECORDS,
  /**
   * ProofWriter: official files ({@code meta-*.jsonl}), or an array of multiple-choice questions,
   * whose proof depths and relevant sentences come from a {@code .depth.tsv}.
   */
  PROOFWRITER,
  /** RuleTaker: official files, with proofs ({@code meta-*.jsonl}) or without. */
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

  /**
   * Returns the format that the first record of a file suggests; where it suggests none, the name.
   */
  public static DataFormat of(Path file) throws IOException {
    try (DataFile opened = DataFile.open(file)) {
      return opened.format();
    }
  }

  /** Returns the name as in configurations. */
  @Override
  public String toString() {
    return EnumName.of(this);
  }
}
