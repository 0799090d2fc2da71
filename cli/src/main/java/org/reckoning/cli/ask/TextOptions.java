package org.reckoning.cli.ask;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Facts and questions: given as words, in files, or on standard input. */
final class TextOptions {
  private static final String STANDARD_INPUT = "-";

  @Spec(Spec.Target.MIXEE)
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Option(
      names = "--facts",
      paramLabel = "FILE",
      description = "File with a fact a line, - for standard input; empty lines are skipped.")
  private @Nullable String factsFile;

  @Option(names = "--fact", paramLabel = "TEXT", description = "A fact; can be repeated.")
  private List<String> facts = new ArrayList<>();

  @Option(
      names = "--questions",
      paramLabel = "FILE",
      description = "File with a question a line, - for standard input.")
  private @Nullable String questionsFile;

  @Option(
      names = "--question",
      paramLabel = "TEXT",
      description = "A question, as the data of the run have it; can be repeated.")
  private List<String> questions = new ArrayList<>();

  @Option(
      names = "--problem",
      paramLabel = "N",
      description =
          "Facts and questions of a test problem of the run, from 1 on, before others that are"
              + " given.")
  private @Nullable Integer problem;

  @Option(
      names = "--interactive",
      description = "Read questions from standard input after those that are given.")
  private boolean interactive;

  /** Returns the number of a test problem, if one is asked for. */
  @Nullable Integer problem() {
    return problem;
  }

  /** Returns whether questions are read as they come. */
  boolean holdsConversation() {
    boolean asks = !questions.isEmpty() || questionsFile != null || problem != null;
    return interactive || !asks;
  }

  /**
   * Checks that standard input has one reader.
   *
   * @throws ParameterException if it has several
   */
  void checkStandardInput() {
    long readers =
        Stream.of(
                STANDARD_INPUT.equals(factsFile),
                STANDARD_INPUT.equals(questionsFile),
                holdsConversation())
            .filter(each -> each)
            .count();
    if (readers > 1) {
      throw new ParameterException(
          spec.commandLine(),
          "standard input is read once: for --facts -, for --questions -, or for questions as they come; give others as files, --fact or --question");
    }
  }

  /** Returns the facts that are given. */
  List<String> facts() throws IOException {
    return both(facts, factsFile, "--facts");
  }

  /** Returns the questions that are given. */
  List<String> questions() throws IOException {
    return both(questions, questionsFile, "--questions");
  }

  private List<String> both(List<String> given, @Nullable String file, String option)
      throws IOException {
    List<String> lines = new ArrayList<>(given);
    if (STANDARD_INPUT.equals(file)) {
      standardInput().lines().filter(line -> !line.isBlank()).forEach(lines::add);
    } else if (file != null) {
      if (!Files.isRegularFile(Path.of(file))) {
        throw new ParameterException(
            spec.commandLine(),
            "%s (%s) must be a file or -, and there is no such file".formatted(option, file));
      }
      try {
        Files.readAllLines(Path.of(file)).stream()
            .filter(line -> !line.isBlank())
            .forEach(lines::add);
      } catch (CharacterCodingException e) {
        throw new ParameterException(
            spec.commandLine(), "%s (%s) must be text in UTF-8".formatted(option, file), e);
      }
    }
    return lines;
  }

  /** Returns standard input as lines. */
  static BufferedReader standardInput() {
    return new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
  }
}
