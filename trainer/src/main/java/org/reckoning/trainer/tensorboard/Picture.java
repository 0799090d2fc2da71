package org.reckoning.trainer.tensorboard;

import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.Consumer;
import javax.imageio.ImageIO;

/**
 * Draws pictures without a screen, on white. On a machine without fonts, pictures have no text,
 * because Java cannot draw it.
 */
public final class Picture {
  private static final int FONT_SIZE = 11;
  private static final boolean HAS_FONT = hasFont();

  private Picture() {}

  /** Returns a drawing as a PNG file. */
  public static byte[] png(int width, int height, Consumer<Graphics2D> drawing) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    try {
      graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
      graphics.setColor(Color.WHITE);
      graphics.fillRect(0, 0, width, height);
      graphics.setColor(Color.BLACK);
      drawing.accept(graphics);
    } finally {
      graphics.dispose();
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      ImageIO.write(image, "png", bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** Draws a line of text with its lower left corner at (x, y). */
  public static void text(Graphics2D graphics, String text, int x, int y) {
    if (HAS_FONT) {
      graphics.setFont(font());
      graphics.drawString(text, x, y);
    }
  }

  private static Font font() {
    return new Font(Font.SANS_SERIF, Font.PLAIN, FONT_SIZE);
  }

  /**
   * Returns whether Java can draw text; without a library or font it throws errors of many kinds.
   */
  private static boolean hasFont() {
    Graphics2D graphics = new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB).createGraphics();
    try {
      return graphics.getFontMetrics(font()).stringWidth("0") > 0;
    } catch (RuntimeException | LinkageError | InternalError e) {
      return false;
    } finally {
      graphics.dispose();
    }
  }
}
