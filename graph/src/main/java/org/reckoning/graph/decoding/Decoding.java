package org.reckoning.graph.decoding;

/**
 * Settings of text generation. They are fed at run time, so one program serves all settings.
 *
 * @param newTokens largest number of tokens of an answer
 * @param endOfText the token that ends an answer; any number that is not a token id disables it
 * @param temperature divisor of the logits before sampling; 0 for the likeliest token
 * @param topK number of likeliest tokens to sample from; 0 for all
 * @param topP sample from the smallest set of likeliest tokens with at least this probability; 1
 *     for all
 * @param seed seed of sampling; the same seed gives the same texts
 */
public record Decoding(
    int newTokens, int endOfText, double temperature, int topK, double topP, long seed) {
  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException if a value is out of range
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

  /** Returns settings that choose the likeliest token at each step. */
  public static Decoding greedy(int newTokens, int endOfText) {
    return new Decoding(newTokens, endOfText, 0, 0, 1, 0);
  }

  /** Returns settings that sample from the unmodified distribution of the model. */
  public static Decoding sampling(int newTokens, int endOfText, long seed) {
    return new Decoding(newTokens, endOfText, 1, 0, 1, seed);
  }

  /** Returns a copy with another limit on new tokens. */
  public Decoding withNewTokens(int value) {
    return new Decoding(value, endOfText, temperature, topK, topP, seed);
  }

  /** Returns a copy with another temperature. */
  public Decoding withTemperature(double value) {
    return new Decoding(newTokens, endOfText, value, topK, topP, seed);
  }

  /** Returns a copy that samples from the {@code value} likeliest tokens. */
  public Decoding withTopK(int value) {
    return new Decoding(newTokens, endOfText, temperature, value, topP, seed);
  }

  /** Returns a copy that samples from the smallest token set with this probability. */
  public Decoding withTopP(double value) {
    return new Decoding(newTokens, endOfText, temperature, topK, value, seed);
  }

  /** Returns a copy with another seed. */
  public Decoding withSeed(long value) {
    return new Decoding(newTokens, endOfText, temperature, topK, topP, value);
  }
}
