package org.reckoning.cli.sweep;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.reckoning.cli.chart.LineChart;

/**
 * A plot of a metric against the values of a key: a dot per method and run, lines through the
 * means.
 */
final class SweepPlot {
  private SweepPlot() {}

  /** Returns a PNG file; empty if no run has a finite value of the metric, or Java has no font. */
  static Optional<byte[]> png(List<SweepJob> jobs, String key, String metric) {
    List<String> values = jobs.stream().map(job -> SweepTable.value(job, key)).distinct().toList();
    Map<String, List<LineChart.Point>> dots = new LinkedHashMap<>();
    for (SweepJob job : jobs) {
      job.methods()
          .forEach(
              (method, found) -> {
                Double value = found.get(metric);
                if (value != null && Double.isFinite(value)) {
                  dots.computeIfAbsent(method, name -> new ArrayList<>())
                      .add(new LineChart.Point(SweepTable.value(job, key), value, null, null));
                }
              });
    }
    List<LineChart.Line> lines = new ArrayList<>();
    dots.forEach((method, of) -> lines.add(new LineChart.Line(method, means(of, values), of)));
    return new LineChart(metric + " on the test split, by " + key, key, metric, values, lines)
        .png();
  }

  private static List<LineChart.Point> means(List<LineChart.Point> dots, List<String> values) {
    Map<String, Double> means =
        dots.stream()
            .collect(
                Collectors.groupingBy(
                    LineChart.Point::x, Collectors.averagingDouble(LineChart.Point::y)));
    List<LineChart.Point> points = new ArrayList<>();
    for (String value : values) {
      Double mean = means.get(value);
      if (mean != null) {
        points.add(new LineChart.Point(value, mean, null, null));
      }
    }
    return points;
  }
}
