package org.reckoning.trainer.tokens;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.reckoning.graph.task.Span;
import org.reckoning.graph.task.Task;
import org.reckoning.graph.task.TokenSequence;
import org.reckoning.trainer.data.DatasetType;
import org.reckoning.trainer.data.ReasoningTask;
import org.reckoning.trainer.data.ReasoningTask.Fact;
import org.reckoning.trainer.data.ReasoningTask.Question;
import org.reckoning.trainer.tokens.EncodedTask.Answer;
import org.reckoning.trainer.tokens.EncodedTask.EncodedQuestion;

/**
 * Encodes reasoning tasks as tasks of the graph, for one method.
 *
 * <pre>{@code
 *                facts of the inner loop   prompt of a question      target
 * RECKONING      own                       fact names, question      label (because knowledge) <E>
 * IN_CONTEXT     -                         <E>, facts, question      label (because knowledge) <E>
 * NO_FACTS       -                         <E>, question             label <E>
 * NO_QUESTION    -                         <E>, facts                label <E>
 * RANDOM_FACTS   of other tasks            fact names, question      label <E>
 * }</pre>
 *
 * <p>A task of the graph has at least one fact. A task without facts gets the shortest sequence
 * that can be scored, two ends of text, flagged as not relevant. With 0 inner steps it has no
 * effect, and the reported inner loss is meaningless.
 *
 * <p>In a target, the label and the end of text are {@link Span#ANSWER}; the part from {@code
 * because} to the last fact is {@link Span#KNOWLEDGE}. Safe for use by several threads.
 */
public final class TaskEncoder {
  private final Tokenizer tokenizer;
  private final Vocabulary vocabulary;
  private final Method method;
  private final FactNames names;
  private final boolean withKnowledge;

  /** Creates an encoder for one method, with {@linkplain FactNames#NUMBERED numbered} facts. */
  public TaskEncoder(Tokenizer tokenizer, Vocabulary vocabulary, Method method, boolean multiTask) {
    this(tokenizer, vocabulary, method, multiTask, FactNames.NUMBERED);
  }

  /**
   * Creates an encoder for one method.
   *
   * @param multiTask whether targets include the relevant facts, if the method {@linkplain
   *     Method#canTellKnowledge supports it}
   * @param names the names of facts in prompts
   */
  public TaskEncoder(
      Tokenizer tokenizer,
      Vocabulary vocabulary,
      Method method,
      boolean multiTask,
      FactNames names) {
    this.tokenizer = tokenizer;
    this.vocabulary = vocabulary;
    this.method = method;
    this.names = names;
    this.withKnowledge = multiTask && method.canTellKnowledge();
  }

  /** Returns whether targets include the relevant facts after the label. */
  public boolean tellsKnowledge() {
    return withKnowledge;
  }

  /**
   * Encodes a task with its own facts.
   *
   * @throws IllegalArgumentException if a token is not in the vocabulary, the method needs facts
   *     but the task has none, or the method needs facts of other tasks
   */
  public EncodedTask encode(ReasoningTask task) {
    if (method == Method.RANDOM_FACTS) {
      throw new IllegalArgumentException(
          "task '%s' needs facts of other tasks for method random_facts".formatted(task.id()));
    }
    return encode(task, task.facts());
  }

  /**
   * Encodes a task with given facts in place of its own.
   *
   * @param told the facts; for {@link Method#RANDOM_FACTS}, those of other tasks
   * @throws IllegalArgumentException if a token is not in the vocabulary, or the method needs facts
   *     but none is given
   */
  public EncodedTask encode(ReasoningTask task, List<Fact> told) {
    try {
      return encodeTask(task, told);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("task '%s': %s".formatted(task.id(), e.getMessage()), e);
    }
  }

  /**
   * Encodes a split; for {@link Method#RANDOM_FACTS}, each task gets facts of other tasks.
   *
   * @param seed seed of the random facts
   * @throws IllegalArgumentException with the id of a task that cannot be encoded
   */
  public List<EncodedTask> encodeAll(List<ReasoningTask> split, long seed) {
    if (method != Method.RANDOM_FACTS) {
      return split.stream().map(this::encode).toList();
    }
    RandomFacts others = new RandomFacts(split, seed);
    return split.stream().map(task -> encode(task, others.draw(task))).toList();
  }

  private EncodedTask encodeTask(ReasoningTask task, List<Fact> told) {
    List<EncodedQuestion> questions = new ArrayList<>();
    List<TokenSequence> sequences = new ArrayList<>();
    for (Question question : task.questions()) {
      Answer answer = answer(task, question);
      int[] prompt = prompt(task.type(), told, question.text());
      int[] label = model(answer.label());
      int[] reason = model(answer.reason());
      int[] target = concat(label, reason, endOfText());
      List<Span> spans = new ArrayList<>();
      spans.addAll(Collections.nCopies(prompt.length, Span.PROMPT));
      spans.addAll(Collections.nCopies(label.length, Span.ANSWER));
      spans.addAll(Collections.nCopies(reason.length, Span.KNOWLEDGE));
      spans.add(Span.ANSWER);
      sequences.add(TokenSequence.of(concat(prompt, target), spans));
      questions.add(new EncodedQuestion(prompt, target, answer));
    }
    List<String> ownFacts =
        task.facts().stream().map(fact -> Templates.fact(task.type(), fact.text())).toList();
    return new EncodedTask(task, ownFacts, graphTask(task, told, sequences), questions);
  }

  private Task graphTask(ReasoningTask task, List<Fact> told, List<TokenSequence> questions) {
    List<TokenSequence> facts = facts(task.type(), told);
    List<Boolean> relevant =
        method.adapts()
            ? told.stream().map(fact -> method == Method.RECKONING && fact.relevant()).toList()
            : List.of(false);
    return new Task(facts, relevant, questions);
  }

  /**
   * Encodes facts for the inner loop.
   *
   * @param told the facts, in the order of their numbers
   * @return the sequences; {@link #noFact} alone for a method without an inner loop
   * @throws IllegalArgumentException if a token is not in the vocabulary, or the method needs facts
   *     but none is given
   */
  public List<TokenSequence> facts(DatasetType type, List<Fact> told) {
    if (!method.adapts()) {
      return List.of(noFact());
    }
    if (told.isEmpty()) {
      throw new IllegalArgumentException(
          "facts (0) must be at least 1 for a method with an inner loop; use method no_facts for"
              + " tasks without facts");
    }
    List<TokenSequence> sequences = new ArrayList<>();
    for (int i = 0; i < told.size(); i++) {
      int[] prompt = model(names.prompt(i));
      int[] target = model(Templates.fact(type, told.get(i).text()));
      if (target.length == 0) {
        throw new IllegalArgumentException(
            "fact %d ('%s') must have text other than full stops".formatted(i, told.get(i).text()));
      }
      sequences.add(TokenSequence.of(concat(prompt, target), prompt.length));
    }
    return sequences;
  }

  /** Returns the placeholder for facts of a task without facts: two ends of text. */
  public TokenSequence noFact() {
    return TokenSequence.of(concat(endOfText(), endOfText()), 1);
  }

  /**
   * Encodes the prompt of a question.
   *
   * @param told the facts; a method with an inner loop uses only their number
   * @param question the question without a template
   * @throws IllegalArgumentException if a token is not in the vocabulary
   */
  public int[] prompt(DatasetType type, List<Fact> told, String question) {
    if (method.adapts()) {
      return model(Templates.questionPrompt(type, names.list(told.size()), question));
    }
    List<String> facts =
        method == Method.NO_FACTS ? List.of() : told.stream().map(Fact::text).toList();
    String text = method == Method.NO_QUESTION ? "" : question;
    return concat(endOfText(), model(Templates.inContextPrompt(type, facts, text)));
  }

  /** Returns the text that a model should write after a question. */
  Answer answer(ReasoningTask task, Question question) {
    if (!withKnowledge) {
      return Answer.of(question.label());
    }
    List<String> knowledge =
        question.relevant().stream()
            .map(index -> Templates.fact(task.type(), task.facts().get(index).text()))
            .toList();
    return Answer.because(question.label(), knowledge);
  }

  /**
   * Returns the task with one question for each pair of question and label. The label with the
   * smallest summed loss is the answer. {@link EncodedTask#candidate} gives the order.
   *
   * <p>A candidate ends as in training: with the end of text, or with {@code because} if knowledge
   * follows. Without this end, {@code mother} would always win over {@code mother-in-law}.
   */
  public Task candidates(EncodedTask encoded) {
    List<TokenSequence> questions = new ArrayList<>();
    for (EncodedQuestion question : encoded.questions()) {
      questions.addAll(candidates(question.prompt(), encoded.source().labels()));
    }
    Task task = encoded.task();
    return new Task(task.facts(), task.relevant(), questions);
  }

  /**
   * Returns a question once for each label, with the label as its answer.
   *
   * @param prompt prompt of the question, from {@link #prompt}
   * @throws IllegalArgumentException if a token is not in the vocabulary
   */
  public List<TokenSequence> candidates(int[] prompt, List<String> labels) {
    int[] end = withKnowledge ? model(" " + Answer.BECAUSE) : endOfText();
    return labels.stream()
        .map(label -> TokenSequence.of(concat(prompt, model(label), end), prompt.length))
        .toList();
  }

  /**
   * Returns a task for an evaluation: questions with facts in their prompts get what they share as
   * their prefix, which is read once.
   */
  public Task withPrefix(Task task) {
    return method.readsFacts() ? task.withSharedPrefix() : task;
  }

  /**
   * Returns the text of generated tokens.
   *
   * @param generated model ids; the text stops before the first end of text
   */
  public String decode(int[] generated) {
    int end = 0;
    while (end < generated.length && generated[end] != vocabulary.endOfText()) {
      end++;
    }
    return tokenizer.decode(vocabulary.toGpt2(Arrays.copyOf(generated, end)));
  }

  private int[] model(String text) {
    int[] tokens = tokenizer.encode(text);
    for (int i = 0; i < tokens.length; i++) {
      if (!vocabulary.contains(tokens[i])) {
        throw new IllegalArgumentException(
            "the word '%s' of '%s' is not among the %d tokens of the model's vocabulary; use words of its data, or train with model.vocabulary_data=[FILE] or model.vocabulary=full"
                .formatted(word(text, tokens, i), text, vocabulary.size()));
      }
    }
    return vocabulary.toModel(tokens);
  }

  /** Returns the word between blanks in which a token ends. */
  private String word(String text, int[] tokens, int index) {
    int end = tokenizer.decode(Arrays.copyOf(tokens, index + 1)).length();
    int last = Math.min(end, text.length()) - 1;
    int from = last;
    while (from > 0 && !Character.isWhitespace(text.charAt(from - 1))) {
      from--;
    }
    int to = last;
    while (to < text.length() && !Character.isWhitespace(text.charAt(to))) {
      to++;
    }
    return text.substring(from, Math.max(to, last + 1));
  }

  private int[] endOfText() {
    return new int[] {vocabulary.endOfText()};
  }

  private static int[] concat(int[]... parts) {
    int[] whole = new int[Arrays.stream(parts).mapToInt(part -> part.length).sum()];
    int end = 0;
    for (int[] part : parts) {
      System.arraycopy(part, 0, whole, end, part.length);
      end += part.length;
    }
    return whole;
  }
}
