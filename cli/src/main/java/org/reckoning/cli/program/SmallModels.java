package org.reckoning.cli.program;

import org.reckoning.graph.gpt2.Gpt2Config;

/** Sizes of models smaller than any published one. */
final class SmallModels {
  private SmallModels() {}

  /** Returns 1 layer, width 16, 2 heads, 64 tokens, 32 positions: enough to see the structure. */
  static Gpt2Config micro() {
    return Gpt2Config.small()
        .withVocabSize(64)
        .withNPositions(32)
        .withNHead(2)
        .withNEmbd(16)
        .withNLayer(1);
  }

  /** Returns 2 layers, width 64, 4 heads, 512 tokens, 128 positions. */
  static Gpt2Config tiny() {
    return Gpt2Config.small()
        .withVocabSize(512)
        .withNPositions(128)
        .withNHead(4)
        .withNEmbd(64)
        .withNLayer(2);
  }
}
