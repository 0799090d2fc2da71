package org.reckoning.cli.chart;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LineChartTest {
  /** A row of pixels above the line and below the upper ends of its intervals. */
  private static final int ROW = 100;

  /** Pixels right of the plot, and below the plot. */
  private static final int LEGEND = 130;

  /** Pixels from the end of an interval to the labels. */
  private static final int AXIS = 10;

  /** XChart once searched without end for labels that fit. */
  @ParameterizedTest
  @ValueSource(ints = {10, 40, 3000})
  @Timeout(60)
  void picture_ofLongValuesAndNames_isDrawn(int length) throws IOException {
    String start = "[".repeat(length);
    List<String> values = List.of(start + "1", start + "2");
    List<LineChart.Line> lines = Stream.of("a", "b").map(end -> line(start + end, values)).toList();
    byte[] png = new LineChart("title", "seed", "loss", values, lines).png().orElseThrow();
    BufferedImage image = ImageIO.read(new ByteArrayInputStream(png));
    assertThat(image.getWidth()).isEqualTo(LineChart.WIDTH);
  }

  /** The columns of the intervals are the places of the values. */
  @ParameterizedTest
  @CsvSource({
    "2, tokens",
    "6, tokens",
    "8, tokens",
    "12, tokens",
    "20, tokens",
    "3, ruletaker_natlang",
    "5, ruletaker_natlang",
    "7, ruletaker_natlang",
    "8, ruletaker_natlang"
  })
  void picture_hasALabelBelowEachValue(int count, String name) throws IOException {
    List<String> values = IntStream.range(0, count).mapToObj(i -> name + "_" + (100 + i)).toList();
    List<LineChart.Point> points =
        values.stream().map(value -> new LineChart.Point(value, 5, 1.0, 9.0)).toList();
    LineChart chart =
        new LineChart("", "", "", values, List.of(new LineChart.Line("line", points, List.of())));
    BufferedImage image = ImageIO.read(new ByteArrayInputStream(chart.png().orElseThrow()));

    List<Integer> columns =
        IntStream.range(0, image.getWidth() - LEGEND)
            .filter(x -> isBlue(image, x, ROW) && !isBlue(image, x - 1, ROW))
            .boxed()
            .toList();
    assertThat(columns).hasSize(count);
    assertThat(columns).allMatch(x -> hasText(image, x));
  }

  private static boolean isBlue(BufferedImage image, int x, int y) {
    Color color = new Color(image.getRGB(Math.max(x, 0), y));
    return color.getBlue() - color.getRed() > 100;
  }

  /** Returns whether a pixel near a column and below the axis with its mark is dark. */
  private static boolean hasText(BufferedImage image, int column) {
    int lowest =
        IntStream.range(0, image.getHeight()).filter(y -> isBlue(image, column, y)).max().orElse(0);
    return IntStream.range(column - 8, column + 8)
        .anyMatch(
            x ->
                IntStream.range(lowest + AXIS, image.getHeight())
                    .anyMatch(y -> new Color(image.getRGB(x, y)).getRed() < 60));
  }

  private static LineChart.Line line(String name, List<String> values) {
    List<LineChart.Point> points =
        values.stream().map(value -> new LineChart.Point(value, 1, null, null)).toList();
    return new LineChart.Line(name, points, points);
  }
}
