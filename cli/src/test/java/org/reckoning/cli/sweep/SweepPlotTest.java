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

class SweepPlotTest {
  private static final int FIRST_METHOD = 0xff1f77b4;

  private static SweepJob job(int number, String override, double loss) {
    return SweepJob.open(number, List.of(override)).done(Map.of("reckoning", Map.of("loss", loss)));
  }

  @Test
  void png_hasADotForEachRun_lowerForASmallerMetric() throws IOException {
    List<SweepJob> jobs = List.of(job(0, "seed=1", 0.9), job(1, "seed=2", 0.1));
    BufferedImage image =
        ImageIO.read(new ByteArrayInputStream(new SweepPlot(jobs, "seed", "loss").png()));

    assertThat(image.getWidth()).isEqualTo(SweepPlot.WIDTH);
    assertThat(image.getHeight()).isEqualTo(SweepPlot.HEIGHT);
    // the plotting area is 56 to 450, and the two values are at a quarter and three quarters of it
    int first = top(image, 56 + 394 / 4);
    int second = top(image, 56 + 394 * 3 / 4);
    assertThat(first).isBetween(0, SweepPlot.HEIGHT / 2);
    assertThat(second).isBetween(SweepPlot.HEIGHT / 2, SweepPlot.HEIGHT - 1);
  }

  /** Returns the first row with a pixel of the first method's color in a column; -1 without one. */
  private static int top(BufferedImage image, int column) {
    return IntStream.range(0, image.getHeight())
        .filter(row -> image.getRGB(column, row) == FIRST_METHOD)
        .findFirst()
        .orElse(-1);
  }

  @Test
  void plot_withoutTheMetric_isEmpty() {
    List<SweepJob> jobs = List.of(job(0, "seed=1", Double.NaN), job(1, "seed=2", 0.1));

    assertThat(new SweepPlot(jobs, "seed", "f1").isEmpty()).isTrue();
    assertThat(new SweepPlot(jobs, "seed", "loss").isEmpty()).isFalse();
  }
}
