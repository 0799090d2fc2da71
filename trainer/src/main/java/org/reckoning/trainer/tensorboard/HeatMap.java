package org.reckoning.trainer.tensorboard;

import java.awt.Color;
import java.awt.Graphics2D;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * A heat map of positive numbers with a row for each name and a column for each step. Colors are
 * logarithmic, from dark for the smallest number to bright for the largest.
 */
public final class HeatMap {
  private static final int CELL_WIDTH = 48;
  private static final int LABELS = 190;
  private static final int MARGIN = 8;
  private static final int TEXT = 14;
  private static final int SCALE_HEIGHT = 44;

  /**
   * Largest number of rows with a name each; beyond it, rows are thin and each layer has one name.
   */
  private static final int LABELLED_ROWS = 60;

  private static final Color[] COLORS = {
    new Color(0x440154),
    new Color(0x3b528b),
    new Color(0x21918c),
    new Color(0x5ec962),
    new Color(0xfde725)
  };

  private final List<String> names;
  private final double[][] values;
  private final double min;
  private final double max;
  private final int cellHeight;

  /**
   * Takes the rows.
   *
   * @param names names of the rows
   * @param values numbers of each row; a number that is not positive counts as the smallest
   */
  public HeatMap(List<String> names, double[][] values) {
    this.names = List.copyOf(names);
    this.values = values;
    double[] positive =
        Arrays.stream(values).flatMapToDouble(Arrays::stream).filter(value -> value > 0).toArray();
    min = Arrays.stream(positive).min().orElse(1);
    max = Arrays.stream(positive).max().orElse(1);
    cellHeight = values.length <= LABELLED_ROWS ? TEXT : TEXT / 2;
  }

  /** Returns the width of the picture in pixels. */
  public int width() {
    return LABELS + columns() * CELL_WIDTH + 2 * MARGIN;
  }

  /** Returns the height of the picture in pixels. */
  public int height() {
    return TEXT + values.length * cellHeight + SCALE_HEIGHT + 2 * MARGIN;
  }

  private int columns() {
    return values.length == 0 ? 0 : values[0].length;
  }

  /** Returns the picture as a PNG file. */
  public byte[] png() {
    return Picture.png(width(), height(), this::draw);
  }

  private void draw(Graphics2D graphics) {
    int left = MARGIN + LABELS;
    int top = MARGIN + TEXT;
    for (int column = 0; column < columns(); column++) {
      Picture.text(graphics, "step " + column, left + column * CELL_WIDTH + 4, top - 4);
    }
    String layer = "";
    for (int row = 0; row < values.length; row++) {
      int y = top + row * cellHeight;
      for (int column = 0; column < columns(); column++) {
        graphics.setColor(color(values[row][column]));
        graphics.fillRect(left + column * CELL_WIDTH, y, CELL_WIDTH - 1, cellHeight - 1);
      }
      String of = names.get(row).replaceFirst("^(h\\.\\d+|[^.]+)\\..*", "$1");
      if (cellHeight == TEXT || !of.equals(layer)) {
        graphics.setColor(Color.BLACK);
        Picture.text(graphics, cellHeight == TEXT ? names.get(row) : of, MARGIN, y + TEXT - 3);
      }
      layer = of;
    }
    int y = top + values.length * cellHeight + MARGIN;
    int wide = columns() * CELL_WIDTH;
    for (int x = 0; x < wide; x++) {
      graphics.setColor(color((double) x / wide, COLORS));
      graphics.fillRect(left + x, y, 1, TEXT);
    }
    graphics.setColor(Color.BLACK);
    Picture.text(graphics, number(min), left, y + 2 * TEXT);
    Picture.text(graphics, number(max), left + Math.max(wide - 52, 60), y + 2 * TEXT);
  }

  private Color color(double value) {
    double position = value <= min || max == min ? 0 : Math.log(value / min) / Math.log(max / min);
    return color(Math.min(position, 1), COLORS);
  }

  private static Color color(double position, Color[] colors) {
    double scaled = position * (colors.length - 1);
    int index = Math.min((int) scaled, colors.length - 2);
    float part = (float) (scaled - index);
    float[] from = colors[index].getRGBColorComponents(null);
    float[] to = colors[index + 1].getRGBColorComponents(null);
    float[] mixed = new float[from.length];
    for (int i = 0; i < mixed.length; i++) {
      mixed[i] = from[i] + part * (to[i] - from[i]);
    }
    return new Color(mixed[0], mixed[1], mixed[2]);
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.3g", value);
  }
}
