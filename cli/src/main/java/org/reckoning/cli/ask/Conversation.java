package org.reckoning.cli.ask;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import org.reckoning.graph.decoding.Decoding;
import org.reckoning.graph.program.NotFiniteException;
import org.reckoning.trainer.answering.Reasoner;
import org.reckoning.trainer.files.TextLines;
import org.reckoning.trainer.progress.ConsoleText;

/**
 * Questions as they come, a line each, about facts that stay in the weights. A line that cannot be
 * used is told so, and the next one is read.
 */
final class Conversation {
  private static final String PROMPT = "> ";
  private static final String FACT = ":fact";
  private static final List<String> HELP =
      List.of(
          ":facts       shows the facts",
          ":fact TEXT   adds a fact and encodes all of them anew",
          ":quit        ends, as does the end of the input",
          "all else     is a question");

  private final Reasoner reasoner;
  private final Decoding decoding;
  private final List<String> facts;
  private final AskOutput output;
  private final PrintWriter err;
  private final boolean prompts;

  /**
   * @param facts that the reasoner knows
   * @param prompts whether somebody types
   */
  Conversation(
      Reasoner reasoner,
      Decoding decoding,
      List<String> facts,
      AskOutput output,
      PrintWriter err,
      boolean prompts) {
    this.reasoner = reasoner;
    this.decoding = decoding;
    this.facts = new ArrayList<>(facts);
    this.output = output;
    this.err = err;
    this.prompts = prompts;
  }

  /** Answers until the input ends, or nobody reads the answers. */
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
        err.println(ConsoleText.of(ExportLimits.message(e)));
        err.flush();
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
      output.reply(reasoner.ask(text, decoding), null);
    } else if (text.equals(":facts")) {
      facts.forEach(fact -> err.println(ConsoleText.of(fact)));
      err.flush();
    } else if (text.startsWith(FACT + " ")) {
      List<String> more = new ArrayList<>(facts);
      more.add(text.substring(FACT.length()).strip());
      output.encoded(more, reasoner.encode(more));
      facts.add(more.get(facts.size()));
    } else {
      HELP.forEach(err::println);
      err.flush();
    }
  }
}
