package org.reckoning.trainer.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/** How tasks are stored in a file; a name that ends with {@code .gz} means a compressed one. */
public enum DataFormat {
  /** A JSON record a line, as the reference implementation has them; what is written here. */
  RECORDS,
  /**
   * ProofWriter: official files ({@code meta-*.jsonl}), or an array of multiple-choice questions
   * ({@code .json}), whose proof depths and relevant sentences come from a {@code .depth.tsv}.
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

  /** Returns the format that the name and the first line of a file suggest. */
  public static DataFormat of(Path file) throws IOException {
    String name = file.toString().toLowerCase(Locale.ROOT);
    if (name.endsWith(".csv") || name.endsWith(".csv.gz")) {
      return CLUTRR_CSV;
    }
    if (isArray(file)) {
      return PROOFWRITER;
    }
    try (LineReader lines = LineReader.open(file)) {
      while (lines.next()) {
        String line = lines.text();
        if (line.isBlank()) {
          continue;
        }
        var first = Json.object(line);
        if (first.has("triples")) {
          return PROOFWRITER;
        }
        return first.has("context") ? RULETAKER : RECORDS;
      }
    } catch (BadLineException e) {
      return RECORDS; // whose reader tells what is wrong with the line
    }
    return RECORDS;
  }

  /** Returns whether a file is one JSON array rather than lines. */
  static boolean isArray(Path file) {
    String name = file.toString();
    return name.endsWith(".json") || name.endsWith(".json.gz");
  }

  /** Returns the name as in configurations. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
