package org.reckoning.cli.ask;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import org.reckoning.graph.decoding.Decoding;
import org.reckoning.graph.program.NotFiniteException;
import org.reckoning.trainer.files.TextLines;
import org.reckoning.trainer.progress.ConsoleText;

/**
 * A dialogue: reads questions, one per line, about facts that stay in the weights. An invalid line
 * prints a message and does not end the dialogue.
 */
final class Conversation {
  private static final String PROMPT = "> ";
  private static final String FACT = ":fact";
  private static final List<String> HELP =
      List.of(
          ":facts       prints the facts",
          ":fact TEXT   adds a fact and encodes all facts again",
          ":quit        ends, like the end of the input",
          "other text   is a question");

  private final Learning learning;
  private final Decoding decoding;
  private final AskOutput output;
  private final PrintWriter err;
  private final boolean prompts;
  private List<String> facts;

  /**
   * Creates a dialogue.
   *
   * @param facts encoded facts
   * @param prompts whether a person types the questions
   */
  Conversation(
      Learning learning, Decoding decoding, List<String> facts, PrintWriter err, boolean prompts) {
    this.learning = learning;
    this.decoding = decoding;
    this.facts = facts;
    output = learning.output();
    this.err = err;
    this.prompts = prompts;
  }

  /** Answers until the input ends or the output is closed. */
  void hold(TextLines lines) throws IOException {
    if (prompts) {
      HELP.forEach(err::println);
    }
    while (!output.isLost() && next(lines)) {
      try {
        String text = lines.text().strip();
        if (text.equals(":quit")) {
          return;
        }
        answer(text);
      } catch (IllegalArgumentException
          | IllegalStateException
          | NotFiniteException
          | IOException e) {
        tell(ExportLimits.message(e));
      }
    }
  }

  private boolean next(TextLines lines) throws IOException {
    if (prompts) {
      err.print(PROMPT);
      err.flush();
    }
    return lines.next();
  }

  private void answer(String text) throws IOException {
    if (text.isEmpty()) {
      return;
    }
    if (!text.startsWith(":")) {
      output.reply(learning.reasoner().ask(text, decoding), null);
    } else if (text.equals(":facts")) {
      facts.forEach(fact -> err.println(ConsoleText.of(fact)));
      err.flush();
    } else if (text.startsWith(FACT + " ")) {
      add(text.substring(FACT.length()).strip());
    } else {
      HELP.forEach(err::println);
      err.flush();
    }
  }

  /** Learns one more fact. If the facts cannot be learned with it, learns them again without. */
  private void add(String fact) throws IOException {
    List<String> more = new ArrayList<>(facts);
    more.add(fact);
    try {
      facts = learning.learn(more);
    } catch (NotFiniteException e) {
      tell(e.getMessage() + "; the new fact is left out");
      facts = learning.learn(facts);
    }
  }

  private void tell(String message) {
    err.println(ConsoleText.of(message));
    err.flush();
  }
}
