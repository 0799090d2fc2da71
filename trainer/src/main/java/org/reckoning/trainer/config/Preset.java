package org.reckoning.trainer.config;

import org.reckoning.graph.gpt2.Gpt2Config;

/** A published GPT-2, by its sizes. */
public enum Preset {
  /** 124 million parameters. */
  SMALL,
  /** 355 million parameters. */
  MEDIUM,
  /** 774 million parameters. */
  LARGE,
  /** 1.5 billion parameters. */
  XL;

  /** Returns the sizes, with the whole vocabulary. */
  public Gpt2Config sizes() {
    return switch (this) {
      case SMALL -> Gpt2Config.small();
      case MEDIUM -> Gpt2Config.medium();
      case LARGE -> Gpt2Config.large();
      case XL -> Gpt2Config.xl();
    };
  }
}
