package org.reckoning.trainer.data.formats;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.List;
import org.reckoning.trainer.data.DatasetType;
import org.reckoning.trainer.data.ReasoningTask;
import org.reckoning.trainer.data.ReasoningTask.Fact;
import org.reckoning.trainer.data.ReasoningTask.Question;

/**
 * Reads the official files of FOLIO. An object is a conclusion with its premises. The files do not
 * tell which premises the conclusion needs: all are flagged as relevant, and the question names
 * none. Formulas are not read. Objects without {@code example_id} are numbered.
 */
final class FolioRecords implements RecordFormat {
  private int number;

  @Override
  public Parsed parse(JsonNode json) throws BadLineException {
    number++;
    JsonNode example = json.path("example_id");
    String id = "folio-" + (example.isInt() ? example.asText() : String.valueOf(number));
    try {
      return Parsed.of(task(id, json));
    } catch (BadLineException e) {
      throw e.in("conclusion", id);
    }
  }

  /**
   * Returns the premises: an array, or in later versions of the files one text with a line each.
   */
  private static List<JsonNode> premises(JsonNode json) throws BadLineException {
    JsonNode premises = JsonFields.required(json, "premises");
    return premises.isTextual()
        ? premises.textValue().lines().<JsonNode>map(TextNode::new).toList()
        : JsonFields.elements(json, "premises");
  }

  private static ReasoningTask task(String id, JsonNode json) throws BadLineException {
    List<Fact> premises = new ArrayList<>();
    for (JsonNode premise : premises(json)) {
      if (!premise.isTextual() || !premise.textValue().isBlank()) { // 4 published items have ""
        premises.add(new Fact(JsonFields.text("premise", premise), true));
      }
    }
    if (premises.isEmpty()) {
      throw new BadLineException("premises must have at least one element");
    }
    String label = Labels.read(DatasetType.FOLIO, "label", JsonFields.required(json, "label"));
    return new ReasoningTask(
        id,
        DatasetType.FOLIO,
        premises,
        List.of(new Question(JsonFields.text(json, "conclusion"), label, List.of())),
        ReasoningTask.UNKNOWN_HOPS,
        DatasetType.FOLIO.labels());
  }
}
