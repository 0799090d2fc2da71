package org.reckoning.cli.ask;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.reckoning.trainer.answering.AskedModel;
import org.reckoning.trainer.answering.EncodingReport;
import org.reckoning.trainer.answering.Reply;

/**
 * Prints answers as JSON objects, one per line, with {@code kind} {@code model}, {@code facts} or
 * {@code answer}.
 *
 * @param out writer of the output
 */
record JsonOutput(PrintWriter out) implements AskOutput {
  @Override
  public void model(AskedModel model) {
    ObjectNode line = line("model");
    line.put("path", model.place());
    line.put("description", model.description());
    line.put("note", model.note());
    line.put("inner_steps", model.innerSteps());
    print(line);
  }

  @Override
  public void encoded(List<String> facts, EncodingReport encoded) {
    ObjectNode line = line("facts");
    List<Double> losses = encoded.innerLosses();
    facts.forEach(line.putArray("facts")::add);
    line.put("tokens", encoded.tokens());
    line.put("inner_loss_before", losses.isEmpty() ? null : losses.get(0));
    line.put("inner_loss_after", losses.isEmpty() ? null : losses.get(losses.size() - 1));
    losses.forEach(line.putArray("inner_losses")::add);
    line.put("seconds", encoded.seconds());
    line.put("compile_seconds", encoded.preparationSeconds());
    print(line);
  }

  @Override
  public void reply(Reply reply, @Nullable String right) {
    ObjectNode line = line("answer");
    line.put("question", reply.question());
    line.put("answer", reply.answer());
    line.put("probability", reply.probability());
    reply.labels().forEach(line.putObject("labels")::put);
    if (right != null) {
      line.put("right", right);
    }
    line.put("text", reply.text());
    line.put("text_probability", reply.textProbability());
    line.put("seconds", reply.seconds());
    line.put("compile_seconds", reply.preparationSeconds());
    print(line);
  }

  private static ObjectNode line(String kind) {
    return JsonNodeFactory.instance.objectNode().put("kind", kind);
  }

  private void print(ObjectNode line) {
    out.println(line);
    out.flush();
  }
}
