package org.reckoning.graph.decoding;

/**
 * How questions are answered. Nothing of it is compiled in: one program serves all.
 *
 * @param newTokens how many tokens an answer may have
 * @param endOfText the token that ends an answer; a number that is no token for none
 * @param temperature what logits are divided by before a token is drawn; 0 to take the likeliest
 * @param topK draw among so many of the likeliest tokens; 0 for all
 * @param topP draw among the fewest likeliest tokens whose probability reaches this; 1 for all
 * @param seed of the draws: the same seed gives the same texts
 */
public record Decoding(
    int newTokens, int endOfText, double temperature, int topK, double topP, long seed) {
  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException if one is out of range
   */
  public Decoding {
    if (newTokens < 1) {
      throw new IllegalArgumentException("new tokens (%d) must be at least 1".formatted(newTokens));
    }
    if (!(temperature >= 0) || Double.isInfinite(temperature)) {
      throw new IllegalArgumentException(
          "temperature (%s) must be at least 0, which is greedy, and finite"
              .formatted(temperature));
    }
    if (topK < 0) {
      throw new IllegalArgumentException(
          "top_k (%d) must be at least 0, which is off".formatted(topK));
    }
    if (!(topP > 0 && topP <= 1)) {
      throw new IllegalArgumentException(
          "top_p (%s) must be more than 0 and at most 1, which is off".formatted(topP));
    }
  }

  /** Takes the likeliest token each time. */
  public static Decoding greedy(int newTokens, int endOfText) {
    return new Decoding(newTokens, endOfText, 0, 0, 1, 0);
  }

  /** Draws from the model's own distribution. */
  public static Decoding sampling(int newTokens, int endOfText, long seed) {
    return new Decoding(newTokens, endOfText, 1, 0, 1, seed);
  }

  /** Returns a copy with another number of tokens. */
  public Decoding withNewTokens(int value) {
    return new Decoding(value, endOfText, temperature, topK, topP, seed);
  }

  /** Returns a copy with another temperature. */
  public Decoding withTemperature(double value) {
    return new Decoding(newTokens, endOfText, value, topK, topP, seed);
  }

  /** Returns a copy that draws among the likeliest tokens. */
  public Decoding withTopK(int value) {
    return new Decoding(newTokens, endOfText, temperature, value, topP, seed);
  }

  /** Returns a copy that draws among the fewest tokens of this probability. */
  public Decoding withTopP(double value) {
    return new Decoding(newTokens, endOfText, temperature, topK, value, seed);
  }

  /** Returns a copy with another seed. */
  public Decoding withSeed(long value) {
    return new Decoding(newTokens, endOfText, temperature, topK, topP, value);
  }
}
