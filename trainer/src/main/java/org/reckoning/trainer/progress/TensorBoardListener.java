package org.reckoning.trainer.progress;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.reckoning.trainer.config.YamlDocument;
import org.reckoning.trainer.evaluation.Prediction;
import org.reckoning.trainer.tensorboard.EventFile;
import org.reckoning.trainer.tensorboard.HeatMap;
import org.tensorflow.proto.GraphDef;

/**
 * Writes an event file for TensorBoard into the directory {@code tensorboard} of the run:
 *
 * <ul>
 *   <li>{@code outer/}: loss, token accuracy, gradient norms, learning rate
 *   <li>{@code inner/}: loss of the facts before the first inner step and after the last one
 *   <li>{@code inner_loss/step_0} to {@code step_K}: loss of the facts before and after each inner
 *       step, in one chart of the Custom Scalars page
 *   <li>{@code eval/SPLIT/METRIC}
 *   <li>{@code perf/}: seconds a step, tokens and tasks a second
 *   <li>{@code inner_rates/}: histograms of the learned rates of each inner step, and an image of
 *       all rates, tensors by steps
 *   <li>{@code predictions/SPLIT}: some answers next to the right ones, as text
 *   <li>the static graph of a training step, on the Graphs page
 *   <li>{@code run/}: configuration and summary, as text; the configuration also as hyperparameters
 * </ul>
 *
 * <p>TensorBoard follows only the newest file of a directory. A resumed run therefore writes into
 * {@code tensorboard/resumed_STEP}, a separate run of TensorBoard.
 */
final class TensorBoardListener implements TrainingListener, Closeable {
  /** The name in the run directory. */
  static final String DIRECTORY = "tensorboard";

  private final long resumedAt;
  private final JsonNode configuration;
  private final Supplier<LearnedRates> rates;
  private final Supplier<GraphDef> graph;
  private final int ratesSteps;
  private @Nullable EventFile file;

  /**
   * @param resumedAt step from which the run resumes, 0 for a new run
   * @param configuration the resolved configuration; its values become hyperparameters, nested ones
   *     with dotted names
   * @param graph the static graph of a training step
   * @param rates the learned inner rates
   * @param ratesSteps number of steps between two records of the rates
   */
  TensorBoardListener(
      long resumedAt,
      JsonNode configuration,
      Supplier<GraphDef> graph,
      Supplier<LearnedRates> rates,
      int ratesSteps) {
    this.resumedAt = resumedAt;
    this.configuration = configuration;
    this.graph = graph;
    this.rates = rates;
    this.ratesSteps = ratesSteps;
  }

  @Override
  public String title() {
    return "the TensorBoard file";
  }

  @Override
  public void started(RunStart start) {
    try {
      EventFile opened = EventFile.create(freeDirectory(start.directory().resolve(DIRECTORY)));
      file = opened;
      Map<String, JsonNode> values = new LinkedHashMap<>();
      flatten("", configuration, values);
      opened.graph(graph.get());
      opened.hyperparameters(values);
      opened.charts("inner loop", Map.of("loss of the facts after each step", "inner_loss/.*"));
      opened.text(
          "run/configuration", resumedAt, fenced("yaml", YamlDocument.write(configuration)));
      opened.text("run/summary", resumedAt, fenced("", start.summary() + "\n"));
      opened.flush();
    } catch (IOException e) {
      throw cannotWrite(e);
    }
  }

  @Override
  public void stepped(StepReport step) {
    write(
        events -> {
          long at = step.step();
          events.scalar("outer/loss", at, step.outerLoss());
          events.scalar("outer/token_accuracy", at, step.tokenAccuracy());
          events.scalar("outer/gradient_norm", at, step.gradientNorm());
          events.scalar("outer/learning_rate", at, step.learningRate());
          if (!Double.isNaN(step.innerLossBefore())) {
            events.scalar("inner/loss_first", at, step.innerLossBefore());
            events.scalar("inner/loss_last", at, step.innerLossAfter());
            for (int k = 0; k < step.innerLosses().size(); k++) {
              events.scalar("inner_loss/step_" + k, at, step.innerLosses().get(k));
            }
          }
          if (!Double.isNaN(step.ratesGradientNorm())) {
            events.scalar("inner/rates_gradient_norm", at, step.ratesGradientNorm());
          }
          events.scalar("perf/step_seconds", at, step.seconds());
          events.scalar("perf/tokens_per_second", at, step.tokensPerSecond());
          events.scalar("perf/tasks_per_second", at, step.tasks() / step.seconds());
          if (at % ratesSteps == 0) {
            write(rates.get(), at, events);
          }
        });
  }

  private static void write(LearnedRates rates, long step, EventFile events) throws IOException {
    for (int k = 0; k < rates.steps(); k++) {
      events.histogram("inner_rates/step_" + k, step, rates.ofStep(k));
    }
    if (rates.steps() > 0) {
      HeatMap map = new HeatMap(rates.tensors(), rates.values());
      events.image("inner_rates/by_tensor_and_step", step, map.width(), map.height(), map.png());
    }
  }

  @Override
  public void evaluated(EvaluationReport report) {
    write(
        events -> {
          for (Map.Entry<String, Double> metric : report.metrics().entrySet()) {
            String tag = "eval/%s/%s".formatted(report.split(), metric.getKey());
            events.scalar(tag, report.step(), metric.getValue());
          }
          events.scalar(
              "perf/eval_%s_seconds".formatted(report.split()), report.step(), report.seconds());
          if (!report.samples().isEmpty()) {
            events.text("predictions/" + report.split(), report.step(), table(report.samples()));
          }
        });
  }

  /** Leaves the file open for the evaluation on the test split. */
  @Override
  public void finished(RunEnd end) {
    switch (end.outcome()) {
      case DONE -> write(events -> events.ended(true));
      case FAILED -> write(events -> events.ended(false));
      case STOPPED ->
          write(EventFile::flush); // it is still running, as far as the page is concerned
    }
  }

  @Override
  public void close() throws IOException {
    if (file != null) {
      file.close();
    }
  }

  /** Writes to an event file. */
  @FunctionalInterface
  private interface Writing {
    void to(EventFile events) throws IOException;
  }

  private void write(Writing writing) {
    EventFile events = file;
    if (events == null) {
      throw new IllegalStateException("started must be called before anything is written");
    }
    try {
      writing.to(events);
      events.flush();
    } catch (IOException e) {
      throw cannotWrite(e);
    }
  }

  /** Returns the first directory that has no event file. */
  private Path freeDirectory(Path root) throws IOException {
    Path directory = root;
    for (int i = 1; EventFile.isIn(directory); i++) {
      directory =
          root.resolve(
              String.format(Locale.ROOT, "resumed_%06d", resumedAt) + (i == 1 ? "" : "_" + i));
    }
    return directory;
  }

  private static void flatten(String path, JsonNode node, Map<String, JsonNode> values) {
    if (!node.isObject()) {
      values.put(path, node);
      return;
    }
    node.properties()
        .forEach(
            each ->
                flatten(
                    path.isEmpty() ? each.getKey() : path + "." + each.getKey(),
                    each.getValue(),
                    values));
  }

  private static String fenced(String language, String text) {
    return "```" + language + "\n" + text + "```";
  }

  /** Returns a table in Markdown. */
  private static String table(List<Prediction> predictions) {
    StringBuilder table =
        new StringBuilder(
            """
            | question | label | scored | generated | loss | loss of the facts |
            | --- | --- | --- | --- | --- | --- |
            """);
    for (Prediction each : predictions) {
      String generated = each.generated();
      Double before = each.innerLossBefore();
      Double after = each.innerLossAfter();
      table.append(
          String.format(
              Locale.ROOT,
              "| %s | %s | %s%s | %s | %.3f | %s |\n",
              cell(each.question()),
              cell(each.label()),
              cell(each.scored()),
              each.scoredRight() ? "" : ", wrong",
              generated == null ? "" : cell(generated),
              each.loss(),
              before == null || after == null
                  ? ""
                  : String.format(Locale.ROOT, "%.3f to %.3f", before, after)));
    }
    return table.toString();
  }

  private static String cell(String text) {
    return text.strip().replace("|", "\\|").replaceAll("\\s*\\R\\s*", " / ");
  }

  private static UncheckedIOException cannotWrite(IOException e) {
    return new UncheckedIOException("cannot write the TensorBoard file: " + e.getMessage(), e);
  }
}
