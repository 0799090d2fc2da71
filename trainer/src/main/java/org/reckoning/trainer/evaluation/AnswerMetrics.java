package org.reckoning.trainer.evaluation;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.reckoning.trainer.data.DatasetType;
import org.reckoning.trainer.tokens.EncodedTask.Answer;

/**
 * Compares generated texts with their targets, after normalisation.
 *
 * <pre>{@code
 * acc           share of texts that equal the target
 * acc_label     share of texts with the right label: the text before "because", or the first word
 *               if there is none, cut at the first comma
 * f1            overlap of words as multisets: 2 common / (words of text + words of target)
 * f1_ref        f1 of the reference implementation: each common word counts once
 * kg_precision  share of the generated facts that are relevant, over all answers
 * kg_recall     share of the relevant facts that were generated, over all answers
 * kg_exact      share of answers with exactly the relevant facts
 * }</pre>
 */
final class AnswerMetrics {
  private static final Pattern PUNCTUATION = Pattern.compile("\\p{Punct}"); // the 32 of ASCII
  private static final Pattern ARTICLE =
      Pattern.compile("\\b(a|an|the)\\b", Pattern.UNICODE_CHARACTER_CLASS);
  private static final Pattern WORD = Pattern.compile("\\S+", Pattern.UNICODE_CHARACTER_CLASS);

  private AnswerMetrics() {}

  /**
   * Normalises a text: lower case, no ASCII punctuation, no articles, one blank between words.
   * {@code "The mother-in-law."} becomes {@code "motherinlaw"}.
   */
  static String normalise(String text) {
    return String.join(" ", words(text, true));
  }

  private static String normalise(String text, boolean dropArticles) {
    return String.join(" ", words(text, dropArticles));
  }

  private static List<String> words(String text, boolean dropArticles) {
    String plain = PUNCTUATION.matcher(text.toLowerCase(Locale.ROOT)).replaceAll("");
    String counted = dropArticles ? ARTICLE.matcher(plain).replaceAll(" ") : plain;
    return WORD.matcher(counted).results().map(MatchResult::group).toList();
  }

  /**
   * Scores a generated text.
   *
   * @param text without the end of text
   * @param target the expected text
   * @param facts texts of all facts of the task, to find them in the text
   * @param type of the data; in facts of {@link DatasetType#CLUTRR}, {@code A} is a person, not an
   *     article
   */
  static AnswerScore score(String text, Answer target, List<String> facts, DatasetType type) {
    boolean dropArticles = !(type == DatasetType.CLUTRR && target.withKnowledge());
    List<String> words = words(text, dropArticles);
    List<String> wanted = words(target.text(), dropArticles);
    boolean exact = words.equals(wanted);
    boolean label =
        target.withKnowledge() ? normalise(label(text)).equals(normalise(target.label())) : exact;
    return new AnswerScore(
        exact,
        label,
        f1(words, wanted),
        f1Ref(words, wanted),
        knowledge(text, target, facts, type));
  }

  /** Returns the label of a text with label and knowledge. */
  static String label(String text) {
    int because = text.indexOf(Answer.BECAUSE);
    String label =
        because >= 0
            ? text.substring(0, because)
            : WORD.matcher(text).results().map(MatchResult::group).findFirst().orElse("");
    int comma = label.indexOf(',');
    return comma < 0 ? label : label.substring(0, comma);
  }

  private static double f1(List<String> words, List<String> wanted) {
    if (words.isEmpty() || wanted.isEmpty()) {
      return words.equals(wanted) ? 1 : 0;
    }
    Map<String, Integer> left = new HashMap<>();
    wanted.forEach(word -> left.merge(word, 1, Integer::sum));
    int common = 0;
    for (String word : words) {
      if (left.merge(word, -1, Integer::sum) >= 0) {
        common++;
      }
    }
    return 2.0 * common / (words.size() + wanted.size());
  }

  private static double f1Ref(List<String> words, List<String> wanted) {
    if (words.isEmpty() || wanted.isEmpty()) {
      return words.equals(wanted) ? 1 : 0;
    }
    Set<String> common = new HashSet<>(words);
    common.retainAll(new HashSet<>(wanted));
    // 2 P R / (P + R) with P = common / words and R = common / wanted
    return 2.0 * common.size() / (words.size() + wanted.size());
  }

  private static AnswerScore.@Nullable Knowledge knowledge(
      String text, Answer target, List<String> facts, DatasetType type) {
    if (!target.withKnowledge()) {
      return null;
    }
    int because = text.indexOf(Answer.BECAUSE);
    String told = because < 0 ? "" : text.substring(because + Answer.BECAUSE.length());
    Set<String> generated = normalised(GeneratedFacts.split(told, facts), type);
    Set<String> gold = normalised(target.knowledge(), type);
    Set<String> hits = new HashSet<>(generated);
    hits.retainAll(gold);
    return new AnswerScore.Knowledge(hits.size(), generated.size(), gold.size());
  }

  private static Set<String> normalised(List<String> facts, DatasetType type) {
    return facts.stream()
        .map(fact -> normalise(fact, type != DatasetType.CLUTRR))
        .filter(fact -> !fact.isEmpty())
        .collect(Collectors.toSet());
  }

  /**
   * Returns the metrics of a split by name, each from 0 to 1. The kg_ metrics are absent if no
   * target has knowledge. {@code kg_precision} is 0 without generated facts; {@code kg_recall} is
   * absent without relevant facts.
   *
   * @throws IllegalArgumentException if there is no score
   */
  static Map<String, Double> summarise(List<AnswerScore> scores) {
    if (scores.isEmpty()) {
      throw new IllegalArgumentException("answers to score (0) must be at least 1");
    }
    Map<String, Double> metrics = new LinkedHashMap<>();
    metrics.put("acc", share(scores, AnswerScore::exact));
    metrics.put("acc_label", share(scores, AnswerScore::label));
    metrics.put("f1", mean(scores, AnswerScore::f1));
    metrics.put("f1_ref", mean(scores, AnswerScore::f1Ref));
    List<AnswerScore.Knowledge> told =
        scores.stream().map(AnswerScore::knowledge).filter(Objects::nonNull).toList();
    if (!told.isEmpty()) {
      double hits = told.stream().mapToInt(AnswerScore.Knowledge::hits).sum();
      int generated = told.stream().mapToInt(AnswerScore.Knowledge::generated).sum();
      int gold = told.stream().mapToInt(AnswerScore.Knowledge::gold).sum();
      metrics.put("kg_precision", generated == 0 ? 0 : hits / generated);
      if (gold > 0) {
        metrics.put("kg_recall", hits / gold);
      }
      metrics.put("kg_exact", share(told, AnswerScore.Knowledge::exact));
    }
    return metrics;
  }

  private static <E> double share(List<E> of, Predicate<E> counted) {
    return mean(of, element -> counted.test(element) ? 1 : 0);
  }

  private static <E> double mean(List<E> of, ToDoubleFunction<E> value) {
    return of.stream().mapToDouble(value).average().orElse(0);
  }
}
