package org.reckoning.cli.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.reckoning.cli.chart.LineChart;

class SweepPlotTest {
  private static final int FIRST_METHOD = 0xff1f77b4;

  private static SweepJob job(int number, String override, double loss) {
    return SweepJob.open(number, List.of(override)).done(Map.of("reckoning", Map.of("loss", loss)));
  }

  @Test
  void png_hasALineThatFallsWithTheMetric() throws IOException {
    List<SweepJob> jobs = List.of(job(0, "seed=1", 0.9), job(1, "seed=2", 0.1));
    byte[] png = SweepPlot.png(jobs, "seed", "loss").orElseThrow();
    BufferedImage image = ImageIO.read(new ByteArrayInputStream(png));

    assertThat(image.getWidth()).isEqualTo(LineChart.WIDTH);
    assertThat(image.getHeight()).isEqualTo(LineChart.HEIGHT);
    int[] columns =
        IntStream.range(0, image.getWidth()).filter(column -> top(image, column) >= 0).toArray();
    // the first column of the line belongs to the first run; the legend is to the right of it
    assertThat(top(image, columns[5])).isLessThan(LineChart.HEIGHT / 3);
    assertThat(IntStream.of(columns).map(column -> top(image, column)).max().orElseThrow())
        .isGreaterThan(LineChart.HEIGHT / 2);
  }

  /** Returns the first row with a pixel of the first method's color in a column; -1 without one. */
  private static int top(BufferedImage image, int column) {
    return IntStream.range(0, image.getHeight())
        .filter(row -> image.getRGB(column, row) == FIRST_METHOD)
        .findFirst()
        .orElse(-1);
  }

  @Test
  void png_withoutTheMetric_isEmpty() {
    List<SweepJob> jobs = List.of(job(0, "seed=1", Double.NaN), job(1, "seed=2", 0.1));

    assertThat(SweepPlot.png(jobs, "seed", "f1")).isEmpty();
    assertThat(SweepPlot.png(jobs, "seed", "loss")).isPresent();
  }
}
