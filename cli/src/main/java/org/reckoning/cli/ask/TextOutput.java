package org.reckoning.cli.ask;

import java.io.PrintWriter;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.reckoning.trainer.answering.AskedModel;
import org.reckoning.trainer.answering.EncodingReport;
import org.reckoning.trainer.answering.Reply;

/**
 * Prints answers as text for people.
 *
 * @param out writer of the output
 */
record TextOutput(PrintWriter out) implements AskOutput {
  private static final int MOST_FACTS = 10;
  private static final int MOST_LABELS = 4;

  /** Most characters of a fact that are printed. */
  private static final int MOST_CHARACTERS = 120;

  @Override
  public void model(AskedModel model) {
    line("model   %s: %s", model.place(), model.description());
    if (!model.note().isEmpty()) {
      line("note    %s", model.note());
    }
    out.flush();
  }

  @Override
  public void encoded(List<String> facts, EncodingReport encoded) {
    List<Double> losses = encoded.innerLosses();
    String time = time(encoded.seconds(), encoded.preparationSeconds());
    if (losses.isEmpty() && encoded.tokens() == 0) {
      line("facts   %d, without inner steps", encoded.facts());
    } else if (losses.isEmpty()) {
      line("facts   %d of %d tokens, read once, %s", encoded.facts(), encoded.tokens(), time);
    } else {
      line(
          "facts   %d of %d tokens, loss %.3f -> %.3f in %d steps, %s",
          encoded.facts(),
          encoded.tokens(),
          losses.get(0),
          losses.get(losses.size() - 1),
          losses.size() - 1,
          time);
    }
    facts.stream().limit(MOST_FACTS).forEach(fact -> line("  %s", shortened(fact)));
    if (facts.size() > MOST_FACTS) {
      line("  and %d more", facts.size() - MOST_FACTS);
    }
    out.flush();
  }

  /** Returns the first words of a long fact, in one line. */
  private static String shortened(String fact) {
    String line = fact.replaceAll("\\R+", " ");
    if (line.length() <= MOST_CHARACTERS) {
      return line;
    }
    int blank = line.lastIndexOf(' ', MOST_CHARACTERS);
    int end = line.offsetByCodePoints(0, line.codePointCount(0, MOST_CHARACTERS));
    return line.substring(0, blank > 0 ? blank : end) + " ..";
  }

  @Override
  public void reply(Reply reply, @Nullable String right) {
    line("");
    line("%s", reply.question());
    if (!reply.labels().isEmpty()) {
      line("  answer  %s, %s", reply.answer(), percent(reply.probability()));
      line("  labels  %s", labels(reply.labels()));
    }
    if (right != null) {
      line("  right   %s", right);
    }
    line("  text    %s, %s", reply.text(), percent(reply.textProbability()));
    line("  time    %s", time(reply.seconds(), reply.preparationSeconds()));
    out.flush();
  }

  private static String labels(Map<String, Double> labels) {
    List<Map.Entry<String, Double>> sorted =
        labels.entrySet().stream()
            .sorted(Map.Entry.<String, Double>comparingByValue(Comparator.reverseOrder()))
            .toList();
    String first =
        sorted.stream()
            .limit(MOST_LABELS)
            .map(each -> each.getKey() + " " + percent(each.getValue()))
            .collect(Collectors.joining(", "));
    double rest = sorted.stream().skip(MOST_LABELS).mapToDouble(Map.Entry::getValue).sum();
    return sorted.size() <= MOST_LABELS
        ? first
        : "%s, %d others %s".formatted(first, sorted.size() - MOST_LABELS, percent(rest));
  }

  private static String percent(double probability) {
    return String.format(Locale.ROOT, "%.1f %%", 100 * probability);
  }

  private static String time(double seconds, double preparation) {
    return preparation == 0
        ? String.format(Locale.ROOT, "%.3f s", seconds)
        : String.format(Locale.ROOT, "%.3f s, after %.1f s to compile", seconds, preparation);
  }

  private void line(String format, Object... values) {
    out.println(String.format(Locale.ROOT, format, values));
  }
}
