package org.reckoning.cli.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.task.TaskShape;
import org.reckoning.trainer.files.AtomicOutput;
import org.reckoning.trainer.files.JsonRecord;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code reckoning bench encoding}. Compares encoding facts once with reading them before every
 * question; answers are one token, as in the run-time protocol of the paper.
 */
@Command(
    name = "encoding",
    mixinStandardHelpOptions = true,
    description = {
      "Measure questions about encoded facts, and about facts read in context.",
      "Prints the times of each way: in context, in context with the keys and values of the",
      "facts kept (prefix cache), and encoded by each number of inner steps. Then prints the time",
      "of some numbers of questions, and the number from which a way pays."
    },
    footer = {
      "",
      "Keys and their defaults:",
      "  model=small xla=segments",
      "  micro_facts=all     facts in memory at a time: all, auto (1 GiB), 1, 2, ..",
      "  facts=8 fact_tokens=127 questions=18",
      "  question_tokens=7   tokens of a question, without the answer",
      "  steps=1,4           numbers of inner steps",
      "  counts=1,2,5,18,100 numbers of questions, one by one, of the second table",
      "  batch=true          false skips the batch of all questions in context",
      "  runs=5              runs to time, after the first",
      "",
      "Example:",
      "  reckoning bench encoding model=small steps=1,4"
    })
final class EncodingCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Parameters(paramLabel = "KEY=VALUE", arity = "0..*", description = "Keys to change.")
  private List<String> words = new ArrayList<>();

  @Option(
      names = "--output",
      paramLabel = "FILE",
      description = "Also write the times to a JSON file.")
  private @Nullable Path output;

  @Override
  public Integer call() throws IOException {
    EncodingSettings settings;
    try {
      settings = EncodingSettings.parse(words);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
    if (output == null) {
      print(measure(settings));
      return 0;
    }
    try (AtomicOutput target = AtomicOutput.open(output)) { // fails before minutes are measured
      EncodingComparison comparison = measure(settings);
      print(comparison);
      JsonRecord.write(target, comparison);
    }
    return 0;
  }

  private void print(EncodingComparison comparison) {
    PrintWriter out = spec.commandLine().getOut();
    comparison.markdown().forEach(out::println);
    out.flush();
  }

  private static EncodingComparison measure(EncodingSettings settings) {
    Map<String, EncodingTimes> ways = new LinkedHashMap<>();
    ways.put("read in context", readEachTime(settings));
    ways.put("in context, prefix cache", readOnce(settings));
    for (int k : settings.steps()) {
      ways.put("encoded once, K = " + k, encodeOnce(settings, k));
    }
    return new EncodingComparison(
        settings.program().value("model"),
        settings.program().shape().questions(),
        settings.counts(),
        ways);
  }

  private static TaskShape batch(TaskShape question, int questions) {
    return new TaskShape(1, 1, 2, questions, question.questionTokens(), question.prefixTokens());
  }

  private static EncodingTimes readEachTime(EncodingSettings settings) {
    TaskShape question = settings.inContext();
    int questions = settings.program().shape().questions();
    try (TimedKnowledge timed = new TimedKnowledge(settings.program(), 0)) {
      double each = timed.answer(question, questions);
      Double batch = settings.measuresBatch() ? timed.answer(batch(question, questions), 1) : null;
      return new EncodingTimes(timed.compilation(), null, each, batch);
    }
  }

  private static EncodingTimes readOnce(EncodingSettings settings) {
    TaskShape question = settings.afterPrefix();
    try (TimedKnowledge timed = new TimedKnowledge(settings.program(), 0)) {
      return answered(timed, timed.read(question), question, settings);
    }
  }

  private static EncodingTimes encodeOnce(EncodingSettings settings, int k) {
    try (TimedKnowledge timed = new TimedKnowledge(settings.program(), k)) {
      double encoding = timed.encode(settings.program().shape());
      return answered(timed, encoding, settings.alone(), settings);
    }
  }

  private static EncodingTimes answered(
      TimedKnowledge timed, double encoding, TaskShape question, EncodingSettings settings) {
    int questions = settings.program().shape().questions();
    double each = timed.answer(question, questions);
    double batch = timed.answer(batch(question, questions), 1);
    return new EncodingTimes(timed.compilation(), encoding, each, batch);
  }
}
