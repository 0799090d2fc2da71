package org.reckoning.cli.chart;

import java.awt.Color;
import java.awt.GraphicsEnvironment;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.IntSummaryStatistics;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.lines.SeriesLines;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * A picture of lines over the values of a key, with intervals and single runs.
 *
 * @param title above the picture
 * @param xTitle name of the horizontal axis
 * @param yTitle name of the vertical axis
 * @param xValues values of the horizontal axis, from left to right
 * @param lines the lines
 * @param logarithmic whether the vertical axis shows logarithms; then all heights are positive
 */
public record LineChart(
    String title,
    String xTitle,
    String yTitle,
    List<String> xValues,
    List<Line> lines,
    boolean logarithmic) {
  /** Width of a picture in pixels. */
  public static final int WIDTH = 800;

  /** Height of a picture in pixels. */
  public static final int HEIGHT = 480;

  private static final Color[] COLORS = {
    new Color(0x1f77b4),
    new Color(0xff7f0e),
    new Color(0x2ca02c),
    new Color(0xd62728),
    new Color(0x9467bd),
    new Color(0x8c564b),
    new Color(0xe377c2),
    new Color(0x7f7f7f)
  };

  /** Distance of two lines at the same value, so that their intervals do not overlap. */
  private static final double SHIFT = 0.04;

  /** Room beside the first and the last value. */
  private static final double ROOM = 0.5;

  private static final int MARKER = 8;

  /** Characters of all values that fit side by side. */
  private static final int MOST_CHARACTERS = 60;

  /** Characters of a value or name that are drawn. */
  private static final int MOST_OF_ONE = 40;

  /** Pixels of the width of a slanted label: for each character, and for the height of a line. */
  private static final double SLANTED_CHARACTER = 3.5;

  private static final double SLANTED_LINE = 12;

  /** Pixels of the horizontal axis. */
  private static final int AXIS = 520;

  /**
   * A point of a line.
   *
   * @param x a value of the horizontal axis
   * @param y height
   * @param low lower end of an interval; null without one
   * @param high upper end of an interval; null without one
   */
  public record Point(String x, double y, @Nullable Double low, @Nullable Double high) {}

  /**
   * A line.
   *
   * @param name in the legend
   * @param points from left to right
   * @param dots single runs, drawn without a line
   */
  public record Line(String name, List<Point> points, List<Point> dots) {
    /** Copies the lists. */
    public Line {
      points = List.copyOf(points);
      dots = List.copyOf(dots);
    }
  }

  /** Makes a picture with a linear vertical axis. */
  public LineChart(
      String title, String xTitle, String yTitle, List<String> xValues, List<Line> lines) {
    this(title, xTitle, yTitle, xValues, lines, false);
  }

  /** Returns the picture with a logarithmic vertical axis. */
  public LineChart withLogarithms() {
    return new LineChart(title, xTitle, yTitle, xValues, lines, true);
  }

  /** Copies the lists. */
  public LineChart {
    xValues = List.copyOf(xValues);
    lines = List.copyOf(lines);
  }

  /** Returns the distinct values in ascending order if all are numbers, else as they come. */
  public static List<String> ordered(List<String> values) {
    Set<String> distinct = new LinkedHashSet<>(values);
    if (!distinct.stream().allMatch(LineChart::isNumber)) {
      return List.copyOf(distinct);
    }
    return distinct.stream()
        .sorted(
            (first, second) ->
                Double.compare(Double.parseDouble(first), Double.parseDouble(second)))
        .toList();
  }

  private static boolean isNumber(String value) {
    return value.matches("-?\\d+(\\.\\d+)?([eE][-+]?\\d+)?");
  }

  /** Returns a PNG file; empty if no line has a point, or Java has no font. */
  public Optional<byte[]> png() {
    if (lines.stream().allMatch(line -> line.points().isEmpty()) || !hasFont()) {
      return Optional.empty();
    }
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(title)
            .xAxisTitle(xTitle)
            .yAxisTitle(yTitle)
            .build();
    style(chart.getStyler());
    chart.setCustomXAxisTickLabelsFormatter(this::label);
    for (int i = 0; i < lines.size(); i++) {
      double shift = SHIFT * (i - (lines.size() - 1) / 2.0);
      Line line = lines.get(i);
      String name = shortened(i, line.name());
      draw(chart, name, line, COLORS[i % COLORS.length], shift);
    }
    try {
      return Optional.of(BitmapEncoder.getBitmapBytes(chart, BitmapFormat.PNG));
    } catch (IOException e) {
      throw new UncheckedIOException(e); // a file in memory
    }
  }

  /** Returns the value at a tick, and blanks between two values. */
  private String label(double tick) {
    long i = Math.round(tick);
    boolean between = Math.abs(tick - i) > 1e-6 || i < 0 || i >= xValues.size();
    return between ? blanks(tick) : shortened((int) i, xValues.get((int) i));
  }

  /**
   * Returns blanks that differ from those of other ticks: a binary number of two kinds. XChart
   * searches without end for ticks whose labels differ and fit.
   */
  private static String blanks(double tick) {
    String digits = Long.toBinaryString(0x100 | (Math.round(10 * tick) & 0xff)); // of one length
    return digits.replace('0', ' ').replace('1', '\u00a0');
  }

  /** Returns a text with its number in place of the end if it is long, so that texts differ. */
  private static String shortened(int number, String text) {
    return text.length() <= MOST_OF_ONE
        ? text
        : "%s.. (%d)".formatted(text.substring(0, MOST_OF_ONE), number + 1);
  }

  /** Returns whether Java finds a font; without a library it throws errors of many kinds. */
  private static boolean hasFont() {
    try {
      return GraphicsEnvironment.getLocalGraphicsEnvironment().getAvailableFontFamilyNames().length
          > 0;
    } catch (RuntimeException | LinkageError | InternalError e) {
      return false;
    }
  }

  private void style(XYStyler styler) {
    styler.setLegendPosition(LegendPosition.OutsideE);
    styler.setChartBackgroundColor(Color.WHITE);
    styler.setMarkerSize(MARKER);
    styler.setYAxisLogarithmic(logarithmic);
    int space = AXIS / (xValues.size() + 1);
    styler.setXAxisTickMarkSpacingHint(space); // a tick for each value, if labels are narrower
    IntSummaryStatistics lengths =
        xValues.stream()
            .mapToInt(value -> Math.min(value.length(), MOST_OF_ONE))
            .summaryStatistics();
    if (lengths.getSum() > MOST_CHARACTERS) {
      boolean fits = lengths.getMax() * SLANTED_CHARACTER + SLANTED_LINE < space;
      styler.setXAxisLabelRotation(fits ? 60 : 90);
    }
    styler.setXAxisMin(-ROOM);
    styler.setXAxisMax(xValues.size() - 1 + ROOM);
  }

  private void draw(XYChart chart, String name, Line line, Color color, double shift) {
    List<Double> x = new ArrayList<>();
    List<Double> y = new ArrayList<>();
    for (Point point : line.points()) {
      double at = xValues.indexOf(point.x()) + shift;
      x.add(at);
      y.add(point.y());
      if (point.low() != null && point.high() != null) {
        XYSeries interval =
            chart.addSeries(
                name + " at " + point.x(),
                new double[] {at, at},
                new double[] {point.low(), point.high()});
        interval.setMarker(SeriesMarkers.NONE);
        interval.setLineColor(color);
        interval.setLineStyle(SeriesLines.SOLID);
        interval.setShowInLegend(false);
      }
    }
    if (x.isEmpty()) {
      return;
    }
    XYSeries means = chart.addSeries(name, x, y);
    means.setLineColor(color);
    means.setLineStyle(SeriesLines.SOLID);
    means.setMarkerColor(color);
    means.setMarker(SeriesMarkers.CIRCLE);
    if (!line.dots().isEmpty()) {
      XYSeries runs =
          chart.addSeries(
              "runs of " + name,
              line.dots().stream().map(dot -> xValues.indexOf(dot.x()) + shift).toList(),
              line.dots().stream().map(Point::y).toList());
      runs.setLineStyle(SeriesLines.NONE);
      runs.setMarkerColor(color);
      runs.setMarker(SeriesMarkers.CIRCLE);
      runs.setShowInLegend(false);
    }
  }
}
