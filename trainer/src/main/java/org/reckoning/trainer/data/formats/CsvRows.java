package org.reckoning.trainer.data.formats;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.reckoning.trainer.files.TextFile.NotTextException;
import org.reckoning.trainer.files.TextLines;

/**
 * Reads the rows of a CSV file. A row is one line, or several if a quoted cell has line breaks. An
 * open quote makes only its own line malformed, not the lines after it.
 */
final class CsvRows implements Closeable {
  /** Largest number of lines of a row; more mean an open quote. */
  private static final int MOST_LINES = 1000;

  private final TextLines lines;

  /** Lines that were read in search of the end of a row but do not belong to it. */
  private final Deque<Line> pending = new ArrayDeque<>();

  private @Nullable IOException failure;
  private Line row = new Line(0, 0, "", null);

  /**
   * A line of the file, or a row of several lines.
   *
   * @param number of the line, or of the first one
   * @param last number of the last one
   * @param problem why the line is not text, in one sentence; null if it is
   */
  private record Line(int number, int last, String text, @Nullable String problem) {}

  /** The state at the end of a line; NOWHERE if text follows the closing quote of a cell. */
  private enum End {
    OF_ROW,
    IN_QUOTES,
    NOWHERE
  }

  CsvRows(TextLines lines) {
    this.lines = lines;
  }

  /** Advances to the next row; returns false at the end of the file. */
  boolean next() throws IOException {
    Line first = line();
    if (first == null) {
      return false;
    }
    Line whole = end(first.text, End.OF_ROW) == End.IN_QUOTES ? whole(first) : null;
    row = whole == null ? first : whole;
    return true;
  }

  /** Returns the number of the row's first line, from 1; 0 before the first row. */
  int number() {
    return row.number;
  }

  /** Returns the number of the row's last line. */
  int last() {
    return row.last;
  }

  /** Returns the row. */
  String text() throws BadLineException {
    if (row.problem != null) {
      throw new BadLineException(row.problem);
    }
    return row.text;
  }

  private @Nullable Line line() throws IOException {
    if (!pending.isEmpty()) {
      return pending.poll();
    }
    if (failure != null) {
      throw failure;
    }
    if (!lines.next()) {
      return null;
    }
    try {
      return new Line(lines.number(), lines.number(), lines.text(), null);
    } catch (NotTextException e) {
      return new Line(lines.number(), lines.number(), "", e.getMessage());
    }
  }

  /** Returns a row of several lines; null if no later line ends the row. */
  private @Nullable Line whole(Line first) {
    List<Line> more = new ArrayList<>();
    StringBuilder text = new StringBuilder(first.text);
    while (more.size() < MOST_LINES && text.length() < TextLines.MOST_BYTES) {
      Line next = null;
      try {
        next = line();
      } catch (IOException e) {
        failure = e; // thrown after the lines before it
      }
      if (next == null) {
        break;
      }
      more.add(next);
      if (next.problem != null) {
        break;
      }
      text.append('\n').append(next.text);
      End end = end(next.text, End.IN_QUOTES);
      if (end == End.OF_ROW) {
        return new Line(first.number, next.number, text.toString(), null);
      }
      if (end != End.IN_QUOTES) {
        break;
      }
    }
    for (int i = more.size() - 1; i >= 0; i--) {
      pending.addFirst(more.get(i));
    }
    return null;
  }

  /** Returns the state at the end of a line, from the state at its start. */
  private static End end(String line, End before) {
    boolean inQuotes = before == End.IN_QUOTES;
    boolean cellBegins = !inQuotes;
    boolean quoteBefore = false;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (inQuotes) {
        inQuotes = c != '"';
        quoteBefore = !inQuotes;
      } else if (quoteBefore && c != '"' && c != ',') {
        return End.NOWHERE;
      } else {
        inQuotes = c == '"' && (cellBegins || quoteBefore); // two quotes in a cell mean one
        quoteBefore = false;
      }
      cellBegins = !inQuotes && c == ',';
    }
    return inQuotes ? End.IN_QUOTES : End.OF_ROW;
  }

  @Override
  public void close() throws IOException {
    lines.close();
  }
}
