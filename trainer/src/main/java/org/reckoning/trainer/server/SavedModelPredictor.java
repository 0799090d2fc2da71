package org.reckoning.trainer.server;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.reckoning.trainer.serving.ServedModel;
import org.reckoning.trainer.serving.ServingRequest;

/**
 * A SavedModel.
 *
 * @param model loaded in this process
 */
record SavedModelPredictor(ServedModel model) implements Predictor {
  private static final int COMPUTED_AT_ONCE = 8;

  /**
   * Loads a version of an exported model.
   *
   * @throws IOException if the directory is not a SavedModel
   */
  static SavedModelPredictor load(Path version) throws IOException {
    return new SavedModelPredictor(ServedModel.load(version));
  }

  @Override
  public Map<String, SignatureShape> signatures() {
    Map<String, SignatureShape> shapes = new TreeMap<>();
    model.signatures().forEach((name, each) -> shapes.put(name, SignatureShape.of(each)));
    return shapes;
  }

  @Override
  public ObjectNode predict(ServingRequest request) {
    return model.predict(request);
  }

  @Override
  public int atOnce() {
    return COMPUTED_AT_ONCE;
  }

  @Override
  public void close() {
    model.close();
  }
}
