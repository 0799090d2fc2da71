package org.reckoning.cli.study;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.reckoning.cli.bench.EncodingComparison;
import org.reckoning.cli.chart.LineChart;

/** Draws the pictures of a report. */
final class StudyChart {
  private StudyChart() {}

  /** Returns a picture as a PNG file; empty without results, or if Java has no font. */
  static Optional<byte[]> png(StudyReport.Picture picture) {
    double scale = picture.metric().equals("loss") ? 1 : 100;
    List<String> xValues = LineChart.ordered(picture.cells().stream().map(Cell::x).toList());
    Map<String, List<Cell>> cells = new LinkedHashMap<>();
    for (Cell cell : picture.cells()) {
      cells.computeIfAbsent(cell.line(), line -> new ArrayList<>()).add(cell);
    }
    List<LineChart.Line> lines = new ArrayList<>();
    cells.forEach(
        (name, of) -> lines.add(new LineChart.Line(name, points(of, xValues, scale), List.of())));
    return new LineChart(
            picture.metric() + " by " + picture.x(),
            picture.x(),
            picture.metric() + (scale == 1 ? "" : " (%)"),
            xValues,
            lines)
        .png();
  }

  /** Returns the seconds of each way over the numbers of questions; empty without a font. */
  static Optional<byte[]> png(EncodingComparison times) {
    List<String> counts = times.counts().stream().map(String::valueOf).toList();
    List<LineChart.Line> lines = new ArrayList<>();
    times
        .ways()
        .forEach(
            (way, of) ->
                lines.add(
                    new LineChart.Line(
                        way,
                        times.counts().stream()
                            .map(n -> new LineChart.Point(String.valueOf(n), of.of(n), null, null))
                            .toList(),
                        List.of())));
    return new LineChart(
            "seconds by questions",
            "questions about the same facts, one by one",
            "seconds",
            LineChart.ordered(counts),
            lines)
        .withLogarithms()
        .png();
  }

  private static List<LineChart.Point> points(
      List<Cell> cells, List<String> xValues, double scale) {
    List<LineChart.Point> points = new ArrayList<>();
    for (String x : xValues) {
      for (Cell cell : cells) {
        if (cell.x().equals(x)) {
          Double low = cell.low();
          Double high = cell.high();
          points.add(
              new LineChart.Point(
                  x,
                  scale * cell.mean(),
                  low == null ? null : scale * low,
                  high == null ? null : scale * high));
        }
      }
    }
    return points;
  }
}
