package org.reckoning.cli.study;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;
import org.reckoning.trainer.config.RunConfig;
import org.reckoning.trainer.data.ReasoningTask;
import org.reckoning.trainer.run.Results;

/**
 * Result of a run on problems of one number of hops.
 *
 * @param run that was trained
 * @param examination name of the problems
 * @param config of the run, with the data of the examination
 * @param replaced keys of the run that the examination sets
 * @param leftOut number of tasks of the examination that are too long for the model
 * @param row the result
 */
record Measurement(
    StudyRun run,
    String examination,
    RunConfig config,
    Set<String> replaced,
    int leftOut,
    Results.Row row) {
  /**
   * Returns the value of an axis: {@code run}, {@code examination}, {@code hops} or a key of the
   * configuration. A list of one value is that value.
   */
  String value(String key) {
    return switch (key) {
      case "run" -> run.name();
      case "examination" -> examination;
      case "hops" -> ReasoningTask.hopsText(row.hops());
      default -> text(config.tree().at("/" + key.replace('.', '/')));
    };
  }

  private static String text(JsonNode value) {
    if (value.isArray() && value.size() == 1) {
      return text(value.get(0));
    }
    if (value.isNull()) {
      return "all"; // data.distractors=null takes all
    }
    return value.isValueNode() ? value.asText() : value.toString();
  }
}
