package org.reckoning.cli.data;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.reckoning.trainer.data.RecordWriter;
import org.reckoning.trainer.data.Split;
import org.reckoning.trainer.data.formats.DataFormat;
import org.reckoning.trainer.data.kinship.KinshipGenerator;
import org.reckoning.trainer.data.kinship.Wording;
import org.reckoning.trainer.data.theories.TheoryGenerator;
import org.reckoning.trainer.data.theories.TheoryKind;
import org.reckoning.trainer.data.theories.TheoryKind.World;
import org.reckoning.trainer.text.EnumWord;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code reckoning data generate}: writes a synthetic dataset. */
@Command(
    name = "generate",
    mixinStandardHelpOptions = true,
    description = {
      "Generate kinship problems or theories: train.jsonl, val.jsonl and test.jsonl.",
      "The files share no problem, even with different seeds."
    },
    footer = {
      "",
      "Examples:",
      "  reckoning data generate --output data/kinship --hops 2,3 --distractors 3",
      "  reckoning data generate --kind theories --hops 0,1,2,3 --world closed",
      "  reckoning data generate --kind theories --hops 5 --format proofwriter"
    })
final class GenerateCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  /** What to generate. */
  private enum Kind {
    KINSHIP,
    THEORIES
  }

  @Option(
      names = "--kind",
      paramLabel = "KIND",
      description = "kinship (type clutrr) or theories (type proofwriter) (default: kinship).")
  private Kind kind = Kind.KINSHIP;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "DIR",
      description = "Directory of the files (default: data/KIND).")
  private @Nullable Path output;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description =
          "records, or for theories proofwriter: the official files, with many questions a theory"
              + " (default: records).")
  private DataFormat format = DataFormat.RECORDS;

  @Option(
      names = "--hops",
      split = ",",
      defaultValue = "2",
      paramLabel = "N",
      description =
          "Facts to combine, 2 to 100, or depths of questions about theories, 0 to 5; several"
              + " numbers alternate (default: ${DEFAULT-VALUE}).")
  private List<Integer> hops = new ArrayList<>();

  @Option(
      names = "--distractors",
      paramLabel = "N",
      description =
          "Irrelevant facts per problem, up to 100; limit of irrelevant sentences of a theory (default: 3 for"
              + " kinship, all for theories).")
  private @Nullable Integer distractors;

  @Mixin private final TheoryOptions theories = new TheoryOptions();

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
      description =
          "Sentences of facts: plain, clutrr_sg (letters for names), clutrr (default: plain).")
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
    if (train == 0 && val == 0 && test == 0) {
      throw new ParameterException(
          spec.commandLine(), "one of --train, --val and --test must be 1 or more, or left out");
    }
    if (output != null && output.equals(Path.of("-"))) {
      throw new ParameterException(
          spec.commandLine(),
          "--output (-) must be a directory; a single file is written by convert");
    }
    Source source;
    try {
      source = kind == Kind.KINSHIP ? kinship() : theories();
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
    Path folder = output == null ? Path.of("data", EnumWord.of(kind)) : output;
    PrintWriter out = spec.commandLine().getOut();
    Map<Split, Long> counts =
        new EnumMap<>(Map.of(Split.TRAIN, train, Split.VAL, val, Split.TEST, test));
    for (Map.Entry<Split, Long> count : counts.entrySet()) {
      if (count.getValue() > 0) {
        Path file = folder.resolve(name(count.getKey()));
        try (RecordWriter writer = RecordWriter.open(file)) {
          for (long index = 0; index < count.getValue(); index++) {
            source.write(writer, count.getKey(), index);
          }
          writer.commit();
        }
        out.printf("%s: %d %s%n", file, count.getValue(), isOfficial() ? "theories" : "records");
      }
    }
    out.flush();
    return 0;
  }

  /** Refuses options that were given and would have no effect. */
  private void requireOmitted(String because, String... options) {
    for (String option : options) {
      if (spec.commandLine().getParseResult().hasMatchedOption(option)) {
        throw new IllegalArgumentException(
            "%s has no effect with %s: omit it".formatted(option, because));
      }
    }
  }

  private Source kinship() {
    requireOmitted(
        "--kind kinship", "--world", "--families", "--theory-depth", "--subjects", "--sentences");
    if (format != DataFormat.RECORDS) {
      throw new IllegalArgumentException(
          "--format (%s) must be records with --kind kinship".formatted(EnumWord.of(format)));
    }
    KinshipGenerator generator =
        KinshipGenerator.of(hops, Objects.requireNonNullElse(distractors, 3), seed)
            .withWording(wording);
    KinshipGenerator ofTraining = generator.withQuestions(questions);
    return (writer, split, index) ->
        writer.write((split == Split.TRAIN ? ofTraining : generator).task(split, index));
  }

  private Source theories() {
    if (format != DataFormat.RECORDS && !isOfficial()) {
      throw new IllegalArgumentException(
          "--format (%s) must be records or proofwriter".formatted(EnumWord.of(format)));
    }
    requireOmitted("--kind theories", "--wording");
    if (isOfficial()) {
      requireOmitted("--format proofwriter", "--distractors", "--questions");
    }
    TheoryKind made = theories.kind(hops);
    if (distractors != null && distractors < 0) {
      throw new IllegalArgumentException(
          "--distractors (%d) must be at least 0".formatted(distractors));
    }
    if (distractors != null && made.world() == World.CLOSED) {
      throw new IllegalArgumentException(
          "--distractors (%d) must be omitted with --world closed: without a sentence another label may be right"
              .formatted(distractors));
    }
    if (distractors != null && distractors == 0 && hops.contains(0)) {
      throw new IllegalArgumentException(
          "--distractors (0) must be at least 1 with 0 in --hops (%s): an unknown statement of depth 0 needs no sentence"
              .formatted(hops));
    }
    TheoryGenerator generator = new TheoryGenerator(made, seed);
    TheoryGenerator ofTraining = generator.withQuestions(questions);
    if (isOfficial()) {
      return (writer, split, index) -> writer.write(generator.official(split, index));
    }
    return (writer, split, index) ->
        writer.write(
            (split == Split.TRAIN ? ofTraining : generator)
                .task(split, index)
                .withDistractors(distractors, seed));
  }

  private boolean isOfficial() {
    return format == DataFormat.PROOFWRITER;
  }

  private String name(Split split) {
    return isOfficial()
        ? "meta-%s.jsonl".formatted(split == Split.VAL ? "dev" : split)
        : split + ".jsonl";
  }

  /** Writes a problem of a split. */
  @FunctionalInterface
  private interface Source {
    void write(RecordWriter writer, Split split, long index) throws IOException;
  }
}
