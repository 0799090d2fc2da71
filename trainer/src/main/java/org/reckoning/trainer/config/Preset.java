package org.reckoning.trainer.config;

import org.reckoning.graph.gpt2.Gpt2Config;

/** A published GPT-2, by its sizes. */
public enum Preset {
  /** 124 million parameters. */
  SMALL(Gpt2Config.small()),
  /** 355 million parameters. */
  MEDIUM(Gpt2Config.medium()),
  /** 774 million parameters. */
  LARGE(Gpt2Config.large()),
  /** 1.5 billion parameters. */
  XL(Gpt2Config.xl());

  private final Gpt2Config sizes;

  Preset(Gpt2Config sizes) {
    this.sizes = sizes;
  }

  /** Returns the sizes, with the whole vocabulary. */
  Gpt2Config sizes() {
    return sizes;
  }
}
