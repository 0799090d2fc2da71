package org.reckoning.cli.data;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.reckoning.trainer.data.Split;
import org.reckoning.trainer.data.formats.RecordWriter;
import org.reckoning.trainer.data.kinship.KinshipGenerator;
import org.reckoning.trainer.data.kinship.Wording;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code reckoning data generate}: writes a synthetic dataset of kinship problems. */
@Command(
    name = "generate",
    mixinStandardHelpOptions = true,
    description = {
      "Generate kinship problems: records of type clutrr in train.jsonl, val.jsonl and test.jsonl.",
      "The files share no problem, even with different seeds."
    },
    footer = {
      "",
      "Example:",
      "  reckoning data generate --output data/kinship --hops 2,3 --distractors 3"
    })
final class GenerateCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "DIR",
      description = "Directory of the files (default: ${DEFAULT-VALUE}).")
  private Path output = Path.of("data", "kinship");

  @Option(
      names = "--hops",
      split = ",",
      defaultValue = "2",
      paramLabel = "N",
      description =
          "Facts to combine, 2 or more; several numbers alternate (default: ${DEFAULT-VALUE}).")
  private List<Integer> hops = new ArrayList<>();

  @Option(
      names = "--distractors",
      paramLabel = "N",
      description = "Irrelevant facts per problem (default: ${DEFAULT-VALUE}).")
  private int distractors = 3;

  @Option(
      names = "--questions",
      paramLabel = "N",
      description =
          "Limit of questions per training problem, all about the same facts; other splits have one"
              + " (default: ${DEFAULT-VALUE}).")
  private int questions = 1;

  @Option(
      names = "--wording",
      paramLabel = "WORDING",
      converter = LowerCase.WordingWord.class,
      description =
          "Sentences of facts: plain, clutrr_sg (letters for names), clutrr (default:"
              + " ${DEFAULT-VALUE}).")
  private Wording wording = Wording.PLAIN;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Seed; other seeds give other problems (default: ${DEFAULT-VALUE}).")
  private long seed = 42;

  @Option(
      names = "--train",
      paramLabel = "N",
      description = "Training problems (default: ${DEFAULT-VALUE}).")
  private long train = 8_000;

  @Option(
      names = "--val",
      paramLabel = "N",
      description = "Validation problems (default: ${DEFAULT-VALUE}).")
  private long val = 200;

  @Option(
      names = "--test",
      paramLabel = "N",
      description = "Test problems (default: ${DEFAULT-VALUE}).")
  private long test = 500;

  @Override
  public Integer call() throws IOException {
    if (Math.min(train, Math.min(val, test)) < 0) {
      throw new ParameterException(
          spec.commandLine(),
          "--train (%d), --val (%d) and --test (%d) must be 0 or more".formatted(train, val, test));
    }
    KinshipGenerator generator;
    KinshipGenerator ofTraining;
    try {
      generator = KinshipGenerator.of(hops, distractors, seed).withWording(wording);
      ofTraining = generator.withQuestions(questions);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
    PrintWriter out = spec.commandLine().getOut();
    Map<Split, Long> counts =
        new EnumMap<>(Map.of(Split.TRAIN, train, Split.VAL, val, Split.TEST, test));
    for (Map.Entry<Split, Long> count : counts.entrySet()) {
      if (count.getValue() > 0) {
        Path file = output.resolve(count.getKey() + ".jsonl");
        KinshipGenerator ofSplit = count.getKey() == Split.TRAIN ? ofTraining : generator;
        try (RecordWriter writer = RecordWriter.open(file)) {
          for (long index = 0; index < count.getValue(); index++) {
            writer.write(ofSplit.task(count.getKey(), index));
          }
          writer.commit();
        }
        out.printf("%s: %d records%n", file, count.getValue());
      }
    }
    out.flush();
    return 0;
  }
}
