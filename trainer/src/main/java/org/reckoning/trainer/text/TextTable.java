package org.reckoning.trainer.text;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;

/**
 * A table of text cells, printed as aligned lines or as Markdown.
 *
 * <pre>{@code
 * new TextTable().row("segment", "calls").row("inner_step", "12").lines()
 *
 *   segment     calls
 *   inner_step     12
 * }</pre>
 */
public final class TextTable {
  private static final String GAP = "  ";

  private final Set<Integer> left;
  private final List<List<String>> rows = new ArrayList<>();

  /** Creates a table with the first column aligned left, all others right. */
  public TextTable() {
    this(Set.of(0));
  }

  private TextTable(Set<Integer> left) {
    this.left = left;
  }

  /** Creates a table with the given columns, counted from 0, aligned left; all others right. */
  public static TextTable withLeft(Integer... columns) {
    return new TextTable(Set.of(columns));
  }

  /** Adds a row. */
  public TextTable row(String... cells) {
    return row(List.of(cells));
  }

  /** Adds a row. */
  public TextTable row(List<String> cells) {
    rows.add(List.copyOf(cells));
    return this;
  }

  /** Returns whether the table has no rows. */
  public boolean isEmpty() {
    return rows.isEmpty();
  }

  /** Returns the rows as indented lines, without trailing spaces. */
  public List<String> lines() {
    List<Integer> widths = widths();
    List<String> lines = new ArrayList<>();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < row.size(); i++) {
        String padding = " ".repeat(widths.get(i) - row.get(i).length());
        line.append(GAP).append(left.contains(i) ? row.get(i) + padding : padding + row.get(i));
      }
      lines.add(line.toString().stripTrailing());
    }
    return lines;
  }

  private List<Integer> widths() {
    List<Integer> widths = new ArrayList<>();
    for (List<String> row : rows) {
      for (int i = 0; i < row.size(); i++) {
        if (i == widths.size()) {
          widths.add(0);
        }
        widths.set(i, Math.max(widths.get(i), row.get(i).length()));
      }
    }
    return widths;
  }

  /**
   * Returns the rows as lines of a Markdown table: the first row is the heading. A shorter row gets
   * empty cells; {@code |} is escaped.
   */
  public List<String> markdown() {
    List<String> lines = new ArrayList<>();
    for (List<String> row : rows) {
      int columns = rows.get(0).size();
      List<String> cells = new ArrayList<>();
      row.forEach(cell -> cells.add(cell.replace("|", "\\|")));
      cells.addAll(Collections.nCopies(columns - row.size(), ""));
      lines.add(markdown(cells));
      if (lines.size() == 1) {
        lines.add(markdown(Collections.nCopies(columns, "---")));
      }
    }
    return lines;
  }

  private static String markdown(List<String> cells) {
    return "| " + String.join(" | ", cells) + " |";
  }
}
