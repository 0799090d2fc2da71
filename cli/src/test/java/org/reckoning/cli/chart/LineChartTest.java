package org.reckoning.cli.chart;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LineChartTest {
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

  private static LineChart.Line line(String name, List<String> values) {
    List<LineChart.Point> points =
        values.stream().map(value -> new LineChart.Point(value, 1, null, null)).toList();
    return new LineChart.Line(name, points, points);
  }
}
