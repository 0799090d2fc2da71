package org.reckoning.graph.inspect;

import org.reckoning.graph.gpt2.Gpt2Config;
import org.reckoning.graph.settings.BilevelConfig;
import org.reckoning.graph.settings.InnerProducts;
import org.reckoning.graph.task.TaskShape;
import org.reckoning.graph.xla.XlaMode;

/** Configurations of the smallest model with all parts: one layer, width 16, one head. */
final class MicroConfig {
  private MicroConfig() {}

  /** Returns a configuration for one task that keeps no products, without XLA. */
  static BilevelConfig of(int innerSteps) {
    return of(innerSteps, 1);
  }

  /** Returns a configuration for tasks of four facts and a question, 32 tokens each. */
  static BilevelConfig of(int innerSteps, int tasks) {
    Gpt2Config model =
        Gpt2Config.small()
            .withVocabSize(64)
            .withNPositions(32)
            .withNHead(1)
            .withNEmbd(16)
            .withNLayer(1);
    return BilevelConfig.of(model, innerSteps, new TaskShape(tasks, 4, 32, 1, 32))
        .withInnerProducts(InnerProducts.RECOMPUTE)
        .withXla(XlaMode.OFF);
  }

  /** Returns the shape of the batches. */
  static TaskShape shape(BilevelConfig config) {
    return config.shapes().get(0);
  }
}
