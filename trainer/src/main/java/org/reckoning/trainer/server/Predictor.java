package org.reckoning.trainer.server;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.reckoning.trainer.answering.LocalModel;
import org.reckoning.trainer.serving.ServingRequest;

/** A model that answers requests. */
public interface Predictor extends AutoCloseable {
  /**
   * Returns the model of a run, which computes in this process.
   *
   * @param model closed by the predictor
   * @throws IOException if the model cannot be read
   */
  static Predictor of(LocalModel model) throws IOException {
    return RunPredictor.of(model);
  }

  /**
   * Loads a SavedModel.
   *
   * @param version directory of a version of an export
   * @throws IOException if it cannot be loaded
   */
  static Predictor load(Path version) throws IOException {
    return SavedModelPredictor.load(version);
  }

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
