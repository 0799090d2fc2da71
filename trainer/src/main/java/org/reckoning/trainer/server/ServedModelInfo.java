package org.reckoning.trainer.server;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import java.util.regex.Pattern;
import org.reckoning.trainer.answering.LocalModel;
import org.reckoning.trainer.config.RunConfig;
import org.reckoning.trainer.data.ReasoningTask;
import org.reckoning.trainer.data.ReasoningTask.Fact;
import org.reckoning.trainer.export.ClientAssets;
import org.reckoning.trainer.files.Json;
import org.reckoning.trainer.run.SplitLoader;
import org.reckoning.trainer.text.EnumWord;

/**
 * What people see of a model.
 *
 * @param name in addresses
 * @param version in addresses
 * @param description one line
 * @param note a remark on the answers, one sentence; may be empty
 * @param labels to choose from; may be empty
 * @param examples problems to start with; may be empty
 */
public record ServedModelInfo(
    String name,
    String version,
    String description,
    String note,
    List<String> labels,
    List<Example> examples) {
  private static final int EXAMPLES = 5;
  private static final Pattern NOT_IN_NAMES = Pattern.compile("[^\\p{L}\\p{N}._-]+");

  /**
   * A problem.
   *
   * @param answer the right label
   */
  public record Example(List<String> facts, String question, String answer) {
    static Example of(ReasoningTask task) {
      return new Example(
          task.facts().stream().map(Fact::text).toList(),
          task.questions().get(0).text(),
          task.questions().get(0).label());
    }
  }

  /** Replaces characters of the name that cannot be in addresses. */
  public ServedModelInfo {
    name = NOT_IN_NAMES.matcher(name).replaceAll("_");
  }

  /** Returns this with another name. */
  public ServedModelInfo withName(String other) {
    return new ServedModelInfo(other, version, description, note, labels, examples);
  }

  /** Returns what is known of an export. */
  public static ServedModelInfo of(ClientAssets assets) {
    RunConfig config = assets.config();
    return new ServedModelInfo(
        assets.model(),
        assets.version(),
        "checkpoint %s of a run of method %s"
            .formatted(assets.checkpoint(), EnumWord.of(config.method())),
        "",
        assets.labelSets().size() == 1
            ? assets.labelSets().get(0)
            : config.data().datasetType().labels(),
        examples(config));
  }

  /** Returns what is known of a run. */
  public static ServedModelInfo of(LocalModel model, RunConfig config) {
    return of(config.name(), model, examples(config));
  }

  /** Returns what is known of a model that is not a run. */
  public static ServedModelInfo of(String name, LocalModel model) {
    return of(name, model, List.of());
  }

  private static ServedModelInfo of(String name, LocalModel model, List<Example> examples) {
    return new ServedModelInfo(
        name, "1", model.description(), model.note(), model.labels(), examples);
  }

  /** Returns the first test problems; none if the data are not on this machine. */
  private static List<Example> examples(RunConfig config) {
    try {
      return new SplitLoader(config.data(), config.seed(), line -> {})
          .test().stream().limit(EXAMPLES).map(Example::of).toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  /** Returns this as JSON, with the names of the signatures. */
  ObjectNode json(Iterable<String> signatures) {
    ObjectNode json = Json.SNAKE_CASE.valueToTree(this);
    signatures.forEach(json.putArray("signatures")::add);
    return json;
  }
}
