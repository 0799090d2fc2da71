package org.reckoning.trainer.server;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import org.reckoning.trainer.serving.ServingRequest;

/** A model that answers requests. */
public interface Predictor extends AutoCloseable {
  /** Returns the signatures, by name. */
  Map<String, SignatureShape> signatures();

  /**
   * Answers a request. Called by at most {@link #atOnce} threads at the same time.
   *
   * @return nested lists of numbers and texts, by the names of the outputs
   * @throws IllegalArgumentException with one sentence if the request is invalid
   */
  ObjectNode predict(ServingRequest request);

  /** Returns how many requests can be computed at the same time. */
  int atOnce();

  @Override
  void close();
}
