package org.reckoning.cli.sweep;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.reckoning.trainer.tensorboard.Picture;

/**
 * A plot of a metric against the values of a key: a dot per method and run, lines through the
 * means.
 */
final class SweepPlot {
  static final int WIDTH = 560;
  static final int HEIGHT = 360;
  private static final int LEFT = 56;
  private static final int RIGHT = 110;
  private static final int TOP = 28;
  private static final int BOTTOM = 44;
  private static final int DOT = 7;
  private static final int TICKS = 4;
  private static final int LINE = 16;

  private static final Color[] COLORS = {
    new Color(0x1f77b4),
    new Color(0xff7f0e),
    new Color(0x2ca02c),
    new Color(0xd62728),
    new Color(0x9467bd)
  };

  /** A dot: the index of the key's value, and the metric. */
  private record Point(int place, double metric) {}

  private final String key;
  private final String metric;
  private final List<String> values;
  private final Map<String, List<Point>> byMethod = new LinkedHashMap<>();
  private double min = Double.POSITIVE_INFINITY;
  private double max = Double.NEGATIVE_INFINITY;

  SweepPlot(List<SweepJob> jobs, String key, String metric) {
    this.key = key;
    this.metric = metric;
    Set<String> seen = new LinkedHashSet<>();
    jobs.forEach(job -> seen.add(SweepTable.value(job, key)));
    values = List.copyOf(seen);
    for (SweepJob job : jobs) {
      int place = values.indexOf(SweepTable.value(job, key));
      job.methods()
          .forEach(
              (method, found) -> {
                Double value = found.get(metric);
                if (value != null && Double.isFinite(value)) {
                  byMethod
                      .computeIfAbsent(method, name -> new ArrayList<>())
                      .add(new Point(place, value));
                  min = Math.min(min, value);
                  max = Math.max(max, value);
                }
              });
    }
    double room = max > min ? (max - min) / 10 : Math.max(Math.abs(max), 1) / 10;
    min -= room;
    max += room;
  }

  /** Returns whether no run has a finite value of the metric. */
  boolean isEmpty() {
    return byMethod.isEmpty();
  }

  /** Returns the plot as the bytes of a PNG file. */
  byte[] png() {
    return Picture.png(WIDTH, HEIGHT, this::draw);
  }

  private void draw(Graphics2D graphics) {
    Picture.text(graphics, metric + " on the test split, by " + key, LEFT, TOP - 10);
    for (int tick = 0; tick <= TICKS; tick++) {
      double value = min + (max - min) * tick / TICKS;
      graphics.setColor(new Color(0xdddddd));
      graphics.drawLine(LEFT, y(value), WIDTH - RIGHT, y(value));
      graphics.setColor(Color.BLACK);
      Picture.text(graphics, String.format(Locale.ROOT, "%.3g", value), 8, y(value) + 4);
    }
    for (int place = 0; place < values.size(); place++) {
      Picture.text(graphics, values.get(place), x(place) - 10, HEIGHT - BOTTOM + LINE);
    }
    Picture.text(graphics, key, (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8);
    graphics.drawRect(LEFT, TOP, WIDTH - RIGHT - LEFT, HEIGHT - TOP - BOTTOM);
    int method = 0;
    for (Map.Entry<String, List<Point>> each : byMethod.entrySet()) {
      graphics.setColor(COLORS[method % COLORS.length]);
      draw(graphics, each.getValue());
      int y = TOP + LINE * (method + 1);
      graphics.fillOval(WIDTH - RIGHT + 8, y - DOT, DOT, DOT);
      Picture.text(graphics, each.getKey(), WIDTH - RIGHT + 8 + 2 * DOT, y);
      method++;
    }
  }

  private void draw(Graphics2D graphics, List<Point> points) {
    graphics.setStroke(new BasicStroke(1.5f));
    int lastX = -1;
    int lastY = -1;
    for (int place = 0; place < values.size(); place++) {
      int at = place;
      double mean =
          points.stream()
              .filter(point -> point.place() == at)
              .mapToDouble(Point::metric)
              .average()
              .orElse(Double.NaN);
      if (!Double.isNaN(mean)) {
        if (lastX >= 0) {
          graphics.drawLine(lastX, lastY, x(place), y(mean));
        }
        lastX = x(place);
        lastY = y(mean);
      }
    }
    points.forEach(
        point ->
            graphics.fillOval(x(point.place()) - DOT / 2, y(point.metric()) - DOT / 2, DOT, DOT));
  }

  private int x(int place) {
    return LEFT + (int) ((WIDTH - RIGHT - LEFT) * (place + 0.5) / values.size());
  }

  private int y(double value) {
    return TOP + (int) ((HEIGHT - TOP - BOTTOM) * (max - value) / (max - min));
  }
}
