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
 * Draws on a white canvas without a screen. On a machine without any font, pictures have no text:
 * Java cannot write any there.
 */
public final class Picture {
  private static final int FONT_SIZE = 11;
  private static final boolean HAS_FONT = hasFont();

  private Picture() {}

  /** Returns what was drawn as the bytes of a PNG file. */
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

  /** Writes a line of text; x and y are those of its lower left corner. */
  public static void text(Graphics2D graphics, String text, int x, int y) {
    if (HAS_FONT) {
      graphics.setFont(font());
      graphics.drawString(text, x, y);
    }
  }

  private static Font font() {
    return new Font(Font.SANS_SERIF, Font.PLAIN, FONT_SIZE);
  }

  /** Java throws errors and exceptions of many kinds where it finds no library or no font. */
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
