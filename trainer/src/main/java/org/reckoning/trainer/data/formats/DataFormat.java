package org.reckoning.trainer.data.formats;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.reckoning.trainer.data.DatasetType;
import org.reckoning.trainer.text.EnumWord;

/** A file format of tasks; files may be compressed. */
public enum DataFormat {
  /**
   * JSON lines in the form of the reference implementation; the format that this program writes.
   */
  RECORDS,
  /**
   * ProofWriter: official files ({@code meta-*.jsonl}), or an array of multiple-choice questions
   * with proof depths and relevant sentences in a {@code .depth.tsv}.
   */
  PROOFWRITER,
  /** RuleTaker: official files, with proofs ({@code meta-*.jsonl}) or without. */
  RULETAKER,
  /** CLUTRR: official CSV files. */
  CLUTRR_CSV,
  /** CLUTRR-SG: original lines {@code <STORY> .. <QUERY> .. <PROOF> .. <ANSWER> ..}. */
  CLUTRR_SG,
  /** FOLIO: official files. */
  FOLIO,
  /** PrOntoQA: an array of multiple-choice questions with explanations. */
  PRONTOQA,
  /** bAbI: official files of the tasks 1, 2, 3, 15 and 19. */
  BABI,
  /** Key-value retrieval of "Lost in the Middle". */
  KEY_VALUE;

  /** Returns the dataset type of such files; empty if the format fits every type. */
  public Optional<DatasetType> type() {
    return switch (this) {
      case RECORDS -> Optional.empty();
      case PROOFWRITER, RULETAKER, PRONTOQA -> Optional.of(DatasetType.PROOFWRITER);
      case CLUTRR_CSV, CLUTRR_SG -> Optional.of(DatasetType.CLUTRR);
      case FOLIO -> Optional.of(DatasetType.FOLIO);
      case BABI, KEY_VALUE -> Optional.of(DatasetType.QUESTION);
    };
  }

  /** Detects the format of a file from its first record, otherwise from its name. */
  public static DataFormat of(Path file) throws IOException {
    try (DataFile opened = DataFile.open(file)) {
      return opened.format();
    }
  }

  /** Returns the name in configurations. */
  @Override
  public String toString() {
    return EnumWord.of(this);
  }
}
