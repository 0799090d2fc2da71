package org.reckoning.trainer.tokens;

import java.util.BitSet;
import java.util.Collection;
import java.util.stream.IntStream;
import org.reckoning.graph.task.TokenSequence;
import org.reckoning.trainer.data.ReasoningTask;
import org.reckoning.trainer.data.ReasoningTask.Question;

/**
 * Collects the tokens of a compact vocabulary.
 *
 * <p>A word at the start of a text is another token than the same word after a blank: {@code "Anna
 * is"} is {@code Anna}, {@code ␣is}.
 */
public final class VocabularyBuilder {
  private final Tokenizer tokenizer = Tokenizer.gpt2();
  private final BitSet ids = new BitSet(Tokenizer.SIZE);

  /** Adds the tokens of tasks, for every method, with and without knowledge in the targets. */
  public VocabularyBuilder add(Collection<ReasoningTask> tasks) {
    tasks.stream().flatMap(task -> task.labels().stream()).distinct().forEach(this::addText);
    for (Method method : Method.values()) {
      if (method == Method.RANDOM_FACTS) {
        continue; // same texts as RECKONING
      }
      TaskEncoder encoder = new TaskEncoder(tokenizer, Vocabulary.full(), method, true);
      for (ReasoningTask task : tasks) {
        if (method.adapts()) {
          encoder.facts(task.type(), task.facts()).forEach(this::add);
        }
        for (Question question : task.questions()) {
          add(encoder.prompt(task.type(), task.facts(), question.text()));
          addText(encoder.answer(task, question).reason());
        }
      }
    }
    return this;
  }

  /** Adds the names of facts in every place where templates have them. */
  public VocabularyBuilder addFactNames(int facts) {
    IntStream.range(0, facts).mapToObj(FactNames.NUMBERED::prompt).forEach(this::addText);
    addText(" " + FactNames.NUMBERED.list(facts));
    return this;
  }

  /** Adds the tokens of a text, and those of each of its words at the start of a text or later. */
  public VocabularyBuilder addWords(String text) {
    addText(text);
    for (String word : text.strip().split("\\s+", -1)) {
      addText(word);
      addText(" " + word);
    }
    return this;
  }

  /** Returns the vocabulary of all tokens that were added, and the end of text. */
  public Vocabulary build() {
    return Vocabulary.compact(ids.stream());
  }

  private void addText(String text) {
    add(tokenizer.encode(text));
  }

  private void add(int[] tokens) {
    for (int token : tokens) {
      ids.set(token);
    }
  }

  private void add(TokenSequence sequence) {
    IntStream.range(0, sequence.length()).map(sequence::token).forEach(ids::set);
  }
}
