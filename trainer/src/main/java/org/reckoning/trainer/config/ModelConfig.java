package org.reckoning.trainer.config;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.gpt2.Gpt2Config;

/**
 * Settings of the model: the keys below {@code model}, documented in {@code
 * configs/default/model.yaml}. Without a preset, the four sizes are not null.
 */
public record ModelConfig(
    @Nullable Preset preset,
    @Range(atLeast = 1) @Nullable Integer nLayer,
    @Range(atLeast = 1) @Nullable Integer nHead,
    @Range(atLeast = 1) @Nullable Integer nEmbd,
    @Range(atLeast = 1) @Nullable Integer nInner,
    @Range(atLeast = 1) @Nullable Integer nPositions,
    @Range(above = 0) double initializerRange,
    VocabularyKind vocabulary,
    List<String> vocabularyData,
    @Nullable String nameOrPath) {

  /** Copies the names of files. */
  public ModelConfig {
    vocabularyData = List.copyOf(vocabularyData);
  }

  /**
   * Returns the sizes of the model: those of the preset, replaced by every size that is set.
   *
   * @param vocabularySize number of tokens of the vocabulary
   */
  public Gpt2Config gpt2(int vocabularySize) {
    Gpt2Config sizes = Objects.requireNonNullElse(preset, Preset.SMALL).sizes();
    int width = Objects.requireNonNullElse(nEmbd, sizes.nEmbd());
    return new Gpt2Config(
        vocabularySize,
        Objects.requireNonNullElse(nPositions, sizes.nPositions()),
        width,
        Objects.requireNonNullElse(nLayer, sizes.nLayer()),
        Objects.requireNonNullElse(nHead, sizes.nHead()),
        Objects.requireNonNullElse(nInner, 4 * width),
        sizes.layerNormEpsilon(),
        initializerRange);
  }

  /** Returns the length of the longest sequence, in tokens. */
  public int positions() {
    return gpt2(1).nPositions();
  }

  /** A published GPT-2. */
  public enum Preset {
    /** 124 million parameters. */
    SMALL,
    /** 355 million parameters. */
    MEDIUM,
    /** 774 million parameters. */
    LARGE,
    /** 1.5 billion parameters. */
    XL;

    /** Returns the sizes, with the full vocabulary. */
    public Gpt2Config sizes() {
      return switch (this) {
        case SMALL -> Gpt2Config.small();
        case MEDIUM -> Gpt2Config.medium();
        case LARGE -> Gpt2Config.large();
        case XL -> Gpt2Config.xl();
      };
    }
  }

  /** The vocabulary of a model. */
  public enum VocabularyKind {
    /**
     * The tokens of the data, of everything that its generator can say, of the names of 64 facts,
     * and of further files.
     */
    COMPACT,
    /** The tokens that occur in the data. */
    DATA,
    /** All tokens of GPT-2. */
    FULL
  }
}
