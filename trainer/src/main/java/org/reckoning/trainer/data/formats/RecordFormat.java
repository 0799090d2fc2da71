package org.reckoning.trainer.data.formats;

import com.fasterxml.jackson.databind.JsonNode;
import org.reckoning.trainer.data.ReasoningTask;

/** Reads tasks from the JSON objects of one file, first object first. */
@FunctionalInterface
interface RecordFormat {
  /**
   * Reads an object.
   *
   * @throws BadLineException if it is malformed
   * @throws IllegalArgumentException if what it says makes no valid {@link ReasoningTask}
   */
  Parsed parse(JsonNode record) throws BadLineException;
}
