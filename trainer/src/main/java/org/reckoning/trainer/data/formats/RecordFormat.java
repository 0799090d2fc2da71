package org.reckoning.trainer.data.formats;

import com.fasterxml.jackson.databind.JsonNode;
import org.reckoning.trainer.data.ReasoningTask;

/** A reader of the JSON objects of one file, in their order. */
@FunctionalInterface
interface RecordFormat {
  /**
   * Reads an object.
   *
   * @throws BadLineException if the object is malformed
   * @throws IllegalArgumentException if the content is not a valid {@link ReasoningTask}
   */
  Parsed parse(JsonNode record) throws BadLineException;
}
