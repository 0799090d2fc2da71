package org.reckoning.trainer.tensorboard;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class HeatMapTest {
  private static final int DARK = 0xff440154;
  private static final int BRIGHT = 0xfffde725;
  private static final int MIDDLE = 0xff21918c;

  @Test
  void png_hasAColumnForEachStep_colouredByTheLogarithm() throws IOException {
    HeatMap map = new HeatMap(List.of("a", "b"), new double[][] {{0.01, 0.1}, {1, -1}});
    BufferedImage image = ImageIO.read(new ByteArrayInputStream(map.png()));

    assertThat(image.getWidth()).isEqualTo(map.width());
    assertThat(image.getHeight()).isEqualTo(map.height());
    int last = map.width() - 8 - 24; // the columns are 48 wide, the margin 8
    int first = last - 48;
    assertThat(image.getRGB(last, 8 + 14 + 5)).isEqualTo(MIDDLE);
    assertThat(image.getRGB(first, 8 + 14 + 5)).isEqualTo(DARK);
    assertThat(image.getRGB(first, 8 + 2 * 14 + 5)).isEqualTo(BRIGHT);
    assertThat(image.getRGB(last, 8 + 2 * 14 + 5)).isEqualTo(DARK); // not positive
  }

  @Test
  void png_ofEqualValues_isOneColour() throws IOException {
    HeatMap map = new HeatMap(List.of("a"), new double[][] {{0.1, 0.1}});
    BufferedImage image = ImageIO.read(new ByteArrayInputStream(map.png()));

    assertThat(image.getRGB(map.width() - 30, 27)).isEqualTo(DARK);
  }

  @Test
  void manyRows_areThin() {
    double[][] values = new double[148][4];
    HeatMap map = new HeatMap(Collections.nCopies(148, "h.0.attn.c_attn.bias"), values);

    assertThat(map.height()).isLessThan(1200);
  }
}
