package org.reckoning.graph.gpt2;

import java.util.LinkedHashMap;
import java.util.List;
import org.tensorflow.ndarray.Shape;

/**
 * Low-rank adaptation (arXiv 2106.09685): {@code y = x W + b + alpha/rank (x A^T) B^T} with factors
 * A [rank, in] and B [out, rank], in the orientation of PEFT.
 *
 * @param rank inner dimension of the factors
 * @param alpha scale; the product is multiplied by alpha/rank
 * @param targets the linear layers with factors: {@code attn.c_attn} is that layer of every block,
 *     {@code c_proj} both layers of that name
 */
public record Lora(int rank, double alpha, List<String> targets) {
  private static final List<String> LAYERS =
      List.of("attn.c_attn", "attn.c_proj", "mlp.c_fc", "mlp.c_proj");

  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException if one is out of range
   */
  public Lora {
    targets = List.copyOf(targets);
    if (rank < 1) {
      throw new IllegalArgumentException("lora rank (%d) must be positive".formatted(rank));
    }
    if (!(alpha > 0) || Double.isInfinite(alpha)) {
      throw new IllegalArgumentException(
          "lora alpha (%s) must be positive and finite".formatted(alpha));
    }
    if (targets.isEmpty()) {
      throw new IllegalArgumentException("lora targets must name at least one of " + LAYERS);
    }
    for (String target : targets) {
      if (LAYERS.stream().noneMatch(layer -> matches(layer, target))) {
        throw new IllegalArgumentException(
            "lora target (%s) matches no linear layer; known: %s".formatted(target, LAYERS));
      }
    }
  }

  /** Returns the multiplier of the low-rank product, alpha/rank. */
  public double scale() {
    return alpha / rank;
  }

  /** Returns the name of the factor A [rank, in] of a layer. */
  public static String factorA(String layer) {
    return layer + ".lora_A";
  }

  /** Returns the name of the factor B [out, rank] of a layer. */
  public static String factorB(String layer) {
    return layer + ".lora_B";
  }

  /** Returns the shape of every factor, in the order of the layers. */
  public LinkedHashMap<String, Shape> parameterShapes(Gpt2Config config) {
    LinkedHashMap<String, Shape> shapes = new LinkedHashMap<>();
    config
        .parameterShapes()
        .forEach(
            (name, shape) -> {
              String layer = name.replaceFirst("\\.weight$", "");
              boolean linear = LAYERS.stream().anyMatch(known -> matches(layer, known));
              if (linear
                  && !layer.equals(name)
                  && targets.stream().anyMatch(target -> matches(layer, target))) {
                shapes.put(factorA(layer), Shape.of(rank, shape.get(0)));
                shapes.put(factorB(layer), Shape.of(shape.get(1), rank));
              }
            });
    return shapes;
  }

  private static boolean matches(String layer, String target) {
    return layer.equals(target) || layer.endsWith("." + target);
  }
}
