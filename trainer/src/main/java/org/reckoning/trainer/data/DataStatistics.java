package org.reckoning.trainer.data;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.reckoning.trainer.data.ReasoningTask.Question;

/** Statistics of a data set. The memory grows with the number of different labels, not of tasks. */
public final class DataStatistics implements Consumer<ReasoningTask> {
  /** Largest number of labels to list; a label set for each task has hundreds. */
  private static final int MOST_LABELS = 20;

  private static final Pattern BLANKS = Pattern.compile("\\s+", Pattern.UNICODE_CHARACTER_CLASS);

  private final Map<String, Long> labels = new TreeMap<>();
  private final Map<Integer, Long> hops = new TreeMap<>();
  private final LongSummaryStatistics questions = new LongSummaryStatistics();
  private final LongSummaryStatistics facts = new LongSummaryStatistics();
  private final LongSummaryStatistics relevant = new LongSummaryStatistics();
  private final LongSummaryStatistics distractors = new LongSummaryStatistics();
  private final LongSummaryStatistics factWords = new LongSummaryStatistics();
  private final LongSummaryStatistics questionWords = new LongSummaryStatistics();
  private long unknownRelevance;

  @Override
  public void accept(ReasoningTask task) {
    hops.merge(task.hops(), 1L, Long::sum);
    questions.accept(task.questions().size());
    facts.accept(task.facts().size());
    distractors.accept(task.distractors());
    task.facts().forEach(fact -> factWords.accept(words(fact.text())));
    for (Question question : task.questions()) {
      labels.merge(question.label(), 1L, Long::sum);
      questionWords.accept(words(question.text()));
      if (question.relevant().isEmpty()) {
        unknownRelevance++;
      } else {
        relevant.accept(question.relevant().size());
      }
    }
  }

  /** Returns the number of tasks. */
  public long tasks() {
    return questions.getCount();
  }

  /** Returns the number of questions. */
  public long questions() {
    return questions.getSum();
  }

  /** Returns the number of questions for each label. */
  public Map<String, Long> labels() {
    return Map.copyOf(labels);
  }

  /** Returns the number of tasks for each number of hops, or {@link ReasoningTask#UNKNOWN_HOPS}. */
  public Map<Integer, Long> hops() {
    return Map.copyOf(hops);
  }

  /** Returns the statistics as a table with aligned columns. */
  public List<String> lines() {
    Map<String, String> rows = new LinkedHashMap<>();
    rows.put("tasks", String.valueOf(tasks()));
    rows.put("questions", questions() + " (relevant facts unknown: " + unknownRelevance + ")");
    rows.put("labels", labels.size() <= MOST_LABELS ? counts(labels) : mostFrequent());
    Map<String, Long> byHops = new LinkedHashMap<>();
    hops.forEach((number, of) -> byHops.put(ReasoningTask.hopsText(number), of));
    rows.put("hops", counts(byHops));
    rows.put("questions of a task", range(questions));
    rows.put("facts of a task", range(facts));
    rows.put("distractors of a task", range(distractors));
    rows.put("relevant facts of a question", range(relevant));
    rows.put("words of a fact", range(factWords));
    rows.put("words of a question", range(questionWords));
    List<String> lines = new ArrayList<>();
    rows.forEach((name, value) -> lines.add("%-30s%s".formatted(name, value)));
    return List.copyOf(lines);
  }

  private String mostFrequent() {
    Map<String, Long> most = new LinkedHashMap<>();
    labels.entrySet().stream()
        .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
        .limit(MOST_LABELS)
        .forEach(label -> most.put(label.getKey(), label.getValue()));
    return "%s, and %s more".formatted(counts(most), labels.size() - MOST_LABELS);
  }

  private static String counts(Map<?, Long> counts) {
    return counts.entrySet().stream()
        .map(entry -> entry.getKey() + ": " + entry.getValue())
        .collect(Collectors.joining(", "));
  }

  private static String range(LongSummaryStatistics values) {
    return values.getCount() == 0
        ? "-"
        : String.format(
            Locale.ROOT,
            "%.1f on average, %d to %d",
            values.getAverage(),
            values.getMin(),
            values.getMax());
  }

  private static long words(String text) {
    return BLANKS.splitAsStream(text.strip()).count();
  }
}
