package org.reckoning.cli.ask;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.reckoning.trainer.files.FileProblem;
import org.reckoning.trainer.files.TextFile.NotTextException;
import org.reckoning.trainer.files.TextLines;
import org.reckoning.trainer.text.EnumWord;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Options of facts and questions: words, files or standard input. */
final class TextOptions {
  private static final String STANDARD_INPUT = "-";
  private static final String PARAGRAPH_END = "\n\n";

  @Spec(Spec.Target.MIXEE)
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Option(
      names = "--facts",
      paramLabel = "FILE",
      description = "File with facts, - for standard input.")
  private @Nullable String factsFile;

  @Option(
      names = "--facts-as",
      paramLabel = "FORM",
      description =
          "Form of the file of --facts: lines, a fact per line without empty lines; or text, with"
              + " wrapped lines and paragraphs, which is cut into facts (default: lines).")
  private @Nullable Form form;

  @Option(names = "--fact", paramLabel = "TEXT", description = "A fact; repeatable.")
  private List<String> facts = new ArrayList<>();

  @Option(
      names = "--questions",
      paramLabel = "FILE",
      description = "File with one question per line, - for standard input.")
  private @Nullable String questionsFile;

  @Option(
      names = "--question",
      paramLabel = "TEXT",
      description = "A question, worded like in the run's data; repeatable.")
  private List<String> questions = new ArrayList<>();

  @Option(
      names = "--problem",
      paramLabel = "N",
      description =
          "Use facts and questions of test problem N of the run, from 1, before any others.")
  private @Nullable Integer problem;

  @Option(
      names = "--interactive",
      description = "Read questions from standard input after all others.")
  private boolean interactive;

  /** Form of a file of facts. */
  enum Form {
    /** One fact per line. */
    LINES,
    /** One text, with wrapped lines and paragraphs. */
    TEXT
  }

  /** Returns the number of a test problem; null without one. */
  @Nullable Integer problem() {
    return problem;
  }

  /** Returns whether questions are read from standard input during the dialogue. */
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
          "standard input has one use: --facts -, --questions -, or questions of the dialogue; give"
              + " the others as files, --fact or --question");
    }
  }

  /** Returns whether the file of facts is a text without a fact per line. */
  boolean readsText() {
    return form == Form.TEXT;
  }

  /** Returns the facts of options and file. */
  List<String> facts() throws IOException {
    if (form != null && factsFile == null) {
      throw new ParameterException(
          spec.commandLine(),
          "--facts-as (%s) needs a file: --facts FILE".formatted(EnumWord.of(form)));
    }
    List<String> lines = lines(factsFile, "--facts");
    return both(facts, readsText() ? text(lines) : lines);
  }

  /** Returns the questions of options and file. */
  List<String> questions() throws IOException {
    return both(questions, lines(questionsFile, "--questions"));
  }

  private static List<String> both(List<String> given, List<String> lines) {
    List<String> texts = new ArrayList<>();
    given.forEach(text -> texts.add(text.isBlank() ? text : text.strip()));
    lines.stream().filter(line -> !line.isEmpty()).forEach(texts::add);
    return texts;
  }

  /** Joins wrapped lines with blanks, and paragraphs with empty lines. */
  private static List<String> text(List<String> lines) {
    StringBuilder text = new StringBuilder();
    String before = "";
    for (String line : lines) {
      if (!line.isEmpty() && text.length() > 0) {
        text.append(before.isEmpty() ? PARAGRAPH_END : " ");
      }
      text.append(line);
      before = line;
    }
    return List.of(text.toString());
  }

  /** Returns the lines of a file, stripped. */
  private List<String> lines(@Nullable String file, String option) throws IOException {
    List<String> texts = new ArrayList<>();
    if (file != null) {
      addLines(file, option, texts);
    }
    return texts;
  }

  private void addLines(String file, String option, List<String> texts) throws IOException {
    try (TextLines lines =
        STANDARD_INPUT.equals(file) ? standardInput() : TextLines.open(Path.of(file))) {
      while (lines.next()) {
        try {
          texts.add(lines.text().strip());
        } catch (NotTextException e) {
          throw wrong(
              "%s (%s), line %d: %s".formatted(option, file, lines.number(), e.getMessage()), e);
        }
      }
    } catch (NoSuchFileException e) {
      throw wrong("%s (%s) must be an existing file or -".formatted(option, file), e);
    } catch (NotTextException e) {
      throw wrong("%s (%s): %s".formatted(option, file, e.getMessage()), e);
    } catch (IOException e) {
      throw wrong("%s (%s) cannot be read: %s".formatted(option, file, FileProblem.reason(e)), e);
    }
  }

  private ParameterException wrong(String message, IOException e) {
    return new ParameterException(spec.commandLine(), message, e);
  }

  /** Returns the lines of standard input, read one at a time. */
  static TextLines standardInput() {
    return TextLines.of(System.in);
  }
}
