package org.reckoning.cli.bench;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.reckoning.cli.Reckoning;

/**
 * A finished command.
 *
 * @param code exit code
 * @param out standard output
 * @param err standard error
 */
record CommandRun(int code, String out, String err) {
  static CommandRun of(String... words) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code =
        Reckoning.commandLine()
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true))
            .execute(words);
    return new CommandRun(code, out.toString(), err.toString());
  }

  /** Returns the cells of a row of the printed Markdown table by column name. */
  Map<String, String> row(int number) {
    List<String> lines = out.lines().filter(line -> line.startsWith("|")).toList();
    List<String> columns = cells(lines.get(0));
    List<String> values = cells(lines.get(number + 2)); // after the heading and its rule
    Map<String, String> row = new LinkedHashMap<>();
    for (int i = 0; i < columns.size(); i++) {
      row.put(columns.get(i), values.get(i));
    }
    return row;
  }

  private static List<String> cells(String line) {
    String inside = line.substring(1, line.length() - 1);
    return Arrays.stream(inside.split("\\|", -1)).map(String::strip).toList();
  }

  /** Returns a cell as a number. */
  static double number(Map<String, String> row, String column) {
    return Double.parseDouble(row.getOrDefault(column, "missing " + column));
  }
}
