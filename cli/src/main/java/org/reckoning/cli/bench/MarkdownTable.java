package org.reckoning.cli.bench;

import java.io.PrintStream;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** Rows of numbers for a document. */
final class MarkdownTable {
  private MarkdownTable() {}

  /**
   * Prints a table.
   *
   * @param rows at least one; each has the same columns, with their values
   */
  static void print(List<Map<String, String>> rows, PrintStream out) {
    Collection<String> columns = rows.get(0).keySet();
    print(columns, out);
    print(Collections.nCopies(columns.size(), "---"), out);
    rows.forEach(row -> print(row.values(), out));
  }

  private static void print(Collection<String> cells, PrintStream out) {
    out.println("| " + String.join(" | ", cells) + " |");
  }
}
