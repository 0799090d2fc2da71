package org.reckoning.graph.gpt2;

import java.util.LinkedHashMap;
import org.tensorflow.ndarray.Shape;

/**
 * Sizes of a GPT-2. Messages use the keys of a Hugging Face {@code config.json}.
 *
 * <p>Legend of the shapes, here and in other classes:
 *
 * <pre>{@code
 * V  vocabSize   size of the vocabulary    C  nEmbd   width of the residual stream
 * P  nPositions  longest sequence          L  nLayer  blocks
 * T  tokens of one sequence, T <= P        H  nHead   attention heads
 * B  sequences                             D  C / H   width of one head
 *                                          I  nInner  width inside the MLP, usually 4 C
 * }</pre>
 *
 * @param vocabSize number of tokens V
 * @param nPositions number of positions P
 * @param nEmbd width C, a multiple of {@code nHead}
 * @param nLayer number of blocks L
 * @param nHead number of attention heads H
 * @param nInner width I of the hidden layer of the MLP
 * @param layerNormEpsilon added to the variance, inside the root
 * @param initializerRange standard deviation of random initial weights; 0.02 suits widths of 768
 *     and more, narrower models learn sooner with about {@code 1 / sqrt(C)}
 */
public record Gpt2Config(
    int vocabSize,
    int nPositions,
    int nEmbd,
    int nLayer,
    int nHead,
    int nInner,
    double layerNormEpsilon,
    double initializerRange) {

  /** Standard deviation of the initial weights of the published models. */
  public static final double INITIALIZER_RANGE = 0.02;

  /**
   * Checks the sizes.
   *
   * @throws IllegalArgumentException if one is not positive, or {@code nEmbd} is not divisible by
   *     {@code nHead}
   */
  public Gpt2Config {
    requirePositive("vocab_size", vocabSize);
    requirePositive("n_positions", nPositions);
    requirePositive("n_embd", nEmbd);
    requirePositive("n_layer", nLayer);
    requirePositive("n_head", nHead);
    requirePositive("n_inner", nInner);
    if (!(layerNormEpsilon > 0) || Double.isInfinite(layerNormEpsilon)) {
      throw new IllegalArgumentException(
          "layer_norm_epsilon (%s) must be positive and finite".formatted(layerNormEpsilon));
    }
    if (!(initializerRange > 0) || Double.isInfinite(initializerRange)) {
      throw new IllegalArgumentException(
          "initializer_range (%s) must be positive and finite".formatted(initializerRange));
    }
    if (nEmbd % nHead != 0) {
      throw new IllegalArgumentException(
          "n_embd (%d) must be divisible by n_head (%d)".formatted(nEmbd, nHead));
    }
  }

  /** Creates sizes with an initializer range of {@value #INITIALIZER_RANGE}. */
  public Gpt2Config(
      int vocabSize,
      int nPositions,
      int nEmbd,
      int nLayer,
      int nHead,
      int nInner,
      double layerNormEpsilon) {
    this(vocabSize, nPositions, nEmbd, nLayer, nHead, nInner, layerNormEpsilon, INITIALIZER_RANGE);
  }

  /** Returns the published model of 124 million parameters, {@code gpt2}. */
  public static Gpt2Config small() {
    return published(768, 12, 12);
  }

  /** Returns the published model of 355 million parameters, {@code gpt2-medium}. */
  public static Gpt2Config medium() {
    return published(1024, 24, 16);
  }

  /** Returns the published model of 774 million parameters, {@code gpt2-large}. */
  public static Gpt2Config large() {
    return published(1280, 36, 20);
  }

  /** Returns the published model of 1.5 billion parameters, {@code gpt2-xl}. */
  public static Gpt2Config xl() {
    return published(1600, 48, 25);
  }

  private static Gpt2Config published(int nEmbd, int nLayer, int nHead) {
    return new Gpt2Config(50_257, 1024, nEmbd, nLayer, nHead, 4 * nEmbd, 1e-5);
  }

  /** Returns a copy with another vocabulary size V. */
  public Gpt2Config withVocabSize(int value) {
    return new Gpt2Config(
        value, nPositions, nEmbd, nLayer, nHead, nInner, layerNormEpsilon, initializerRange);
  }

  /** Returns a copy with another number of positions P. */
  public Gpt2Config withNPositions(int value) {
    return new Gpt2Config(
        vocabSize, value, nEmbd, nLayer, nHead, nInner, layerNormEpsilon, initializerRange);
  }

  /** Returns a copy with another width C and with {@code nInner = 4 C}. */
  public Gpt2Config withNEmbd(int value) {
    requirePositive("n_embd", value);
    if (value > Integer.MAX_VALUE / 4) {
      throw new IllegalArgumentException(
          "n_embd (%d) must be at most %d, so that n_inner = 4 n_embd fits"
              .formatted(value, Integer.MAX_VALUE / 4));
    }
    return new Gpt2Config(
        vocabSize, nPositions, value, nLayer, nHead, 4 * value, layerNormEpsilon, initializerRange);
  }

  /** Returns a copy with another number of blocks L. */
  public Gpt2Config withNLayer(int value) {
    return new Gpt2Config(
        vocabSize, nPositions, nEmbd, value, nHead, nInner, layerNormEpsilon, initializerRange);
  }

  /** Returns a copy with another number of heads H. */
  public Gpt2Config withNHead(int value) {
    return new Gpt2Config(
        vocabSize, nPositions, nEmbd, nLayer, value, nInner, layerNormEpsilon, initializerRange);
  }

  /** Returns a copy with another width I inside the MLP. */
  public Gpt2Config withNInner(int value) {
    return new Gpt2Config(
        vocabSize, nPositions, nEmbd, nLayer, nHead, value, layerNormEpsilon, initializerRange);
  }

  /** Returns a copy with another epsilon of the layer normalizations. */
  public Gpt2Config withLayerNormEpsilon(double value) {
    return new Gpt2Config(
        vocabSize, nPositions, nEmbd, nLayer, nHead, nInner, value, initializerRange);
  }

  /** Returns a copy with another standard deviation of random initial weights. */
  public Gpt2Config withInitializerRange(double value) {
    return new Gpt2Config(
        vocabSize, nPositions, nEmbd, nLayer, nHead, nInner, layerNormEpsilon, value);
  }

  /** Returns the width D = C / H of one attention head. */
  public int headDim() {
    return nEmbd / nHead;
  }

  /**
   * Returns the shape of every parameter, in Hugging Face order. Names are those of Hugging Face
   * without the prefix {@code transformer.}. The output head shares {@code wte.weight} and is not
   * listed.
   */
  public LinkedHashMap<String, Shape> parameterShapes() {
    long c = nEmbd;
    LinkedHashMap<String, Shape> shapes = new LinkedHashMap<>();
    shapes.put("wte.weight", Shape.of(vocabSize, c));
    shapes.put("wpe.weight", Shape.of(nPositions, c));
    for (int layer = 0; layer < nLayer; layer++) {
      String h = "h." + layer + ".";
      putLayerNorm(shapes, h + "ln_1", c);
      putLinear(shapes, h + "attn.c_attn", c, 3 * c);
      putLinear(shapes, h + "attn.c_proj", c, c);
      putLayerNorm(shapes, h + "ln_2", c);
      putLinear(shapes, h + "mlp.c_fc", c, nInner);
      putLinear(shapes, h + "mlp.c_proj", nInner, c);
    }
    putLayerNorm(shapes, "ln_f", c);
    return shapes;
  }

  /** Returns the number of parameters; the output head is not counted again. */
  public long parameterCount() {
    return parameterShapes().values().stream().mapToLong(Shape::size).sum();
  }

  private static void putLayerNorm(LinkedHashMap<String, Shape> shapes, String name, long width) {
    shapes.put(name + ".weight", Shape.of(width));
    shapes.put(name + ".bias", Shape.of(width));
  }

  private static void putLinear(
      LinkedHashMap<String, Shape> shapes, String name, long in, long out) {
    shapes.put(name + ".weight", Shape.of(in, out)); // y = x W + b
    shapes.put(name + ".bias", Shape.of(out));
  }

  private static void requirePositive(String key, int value) {
    if (value <= 0) {
      throw new IllegalArgumentException("%s (%d) must be positive".formatted(key, value));
    }
  }
}
