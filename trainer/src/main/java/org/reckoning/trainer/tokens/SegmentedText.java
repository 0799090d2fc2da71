package org.reckoning.trainer.tokens;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.function.IntUnaryOperator;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.reckoning.trainer.data.DatasetType;

/**
 * The text of a fact, to be cut into pieces of limited length. Lengths are those of {@link
 * TaskEncoder#facts}: tokens of the prompt, and of the text in the form of {@link Templates#fact}.
 */
final class SegmentedText {
  /** The last mark of a sentence, with closing quotes, before a blank; or a mark of East Asia. */
  private static final Pattern SENTENCE_END =
      Pattern.compile(
          "[.!?…]+[\"'”’»)\\]]*(?=\\p{javaWhitespace})|[。！？]+[”’」』）]*|\\R\\p{javaWhitespace}*\\R");

  private static final Pattern BLANK = Pattern.compile("\\p{javaWhitespace}+");

  /** Characters of the first window for each token of the limit; the window grows on demand. */
  private static final int CHARACTERS_PER_TOKEN = 8;

  private final Tokenizer tokenizer = Tokenizer.gpt2();
  private final String text;
  private final DatasetType type;
  private final int tokens;
  private final int overlap;
  private final int[] sentences; // places where a sentence ends and the next begins, ascending
  private final int[] words; // the same for words

  /**
   * @param tokens largest number of tokens of a piece, with its prompt
   * @param overlap largest number of tokens that a piece repeats
   */
  SegmentedText(String text, DatasetType type, int tokens, int overlap) {
    this.text = text;
    this.type = type;
    this.tokens = tokens;
    this.overlap = overlap;
    sentences = SENTENCE_END.matcher(text).results().mapToInt(MatchResult::end).toArray();
    words = BLANK.matcher(text).results().mapToInt(MatchResult::start).toArray();
  }

  /**
   * Returns the pieces; the unchanged text alone if it is short enough.
   *
   * @param number of the fact; the pieces have this and the following numbers
   */
  List<String> pieces(int number) {
    if (windowEnd(0, number) == text.length() && length(text, number) <= tokens) {
      return List.of(text);
    }
    int last = text.length(); // of the characters that remain in the target
    while (last > 0 && !hasTarget(text.substring(last - 1, last))) {
      last--;
    }
    List<String> pieces = new ArrayList<>();
    int from = 0;
    int end = 0;
    while (end < last) {
      int next = end(from, end, number + pieces.size());
      if (next <= end) { // the repeated tokens leave no room
        from = end;
        next = end(from, end, number + pieces.size());
      }
      String piece = text.substring(from, next).strip();
      if (hasTarget(piece)) {
        pieces.add(piece);
      }
      from = repeated(from, next);
      end = next;
    }
    return pieces.isEmpty() ? List.of(text) : pieces;
  }

  /**
   * Returns the end of a piece.
   *
   * @param after the end of the former piece, which this one must exceed
   * @return a place after {@code after}; {@code after} if a piece from an earlier place has no room
   */
  private int end(int from, int after, int number) {
    int window = windowEnd(from, number);
    if (fits(from, window, number)) {
      return window;
    }
    int end = after;
    for (int[] places : List.of(sentences, words)) {
      end = last(countUpTo(places, window), i -> places[i], from, after, number);
      if (end > after) {
        return end;
      }
    }
    int[] encoded = tokenizer.encode(text.substring(from, window));
    end = last(encoded.length + 1, i -> from + characters(encoded, i, from), from, after, number);
    boolean hasRoom = end > after || from < after;
    return hasRoom ? end : text.offsetByCodePoints(from, 1);
  }

  /** Returns the end of a part of the text that does not fit, or that is the rest of the text. */
  private int windowEnd(int from, int number) {
    long size = (long) CHARACTERS_PER_TOKEN * tokens;
    while (from + size < text.length() && fits(from, (int) (from + size), number)) {
      size *= 2;
    }
    return (int) Math.min(text.length(), from + size);
  }

  /**
   * Returns the last place at which a piece fits, if it is after another place.
   *
   * @param places number of places
   * @param place the place of an index, ascending
   * @return {@code after} if there is none
   */
  private int last(int places, IntUnaryOperator place, int from, int after, int number) {
    int fitting = leading(places, i -> fits(from, place.applyAsInt(i), number));
    return fitting == 0 ? after : Math.max(after, place.applyAsInt(fitting - 1));
  }

  /** Returns the place from which the next piece repeats the end of a piece. */
  private int repeated(int from, int end) {
    if (overlap == 0) {
      return end;
    }
    if (overlaps(from, end)) {
      return from;
    }
    for (int[] places : List.of(sentences, words)) {
      int count = countUpTo(places, end - 1);
      int skipped = leading(count, i -> places[i] <= from || !overlaps(places[i], end));
      if (skipped < count && hasTarget(text.substring(places[skipped], end))) {
        return places[skipped];
      }
    }
    int[] encoded = tokenizer.encode(text.substring(from, end));
    int skipped = leading(encoded.length, i -> !overlaps(from + characters(encoded, i, from), end));
    return from + characters(encoded, skipped, from);
  }

  /**
   * Returns the number of whole characters that the first tokens of a part of the text stand for.
   */
  private int characters(int[] encoded, int count, int from) {
    String decoded = tokenizer.decode(Arrays.copyOf(encoded, count));
    int same = 0;
    while (same < decoded.length()
        && from + same < text.length()
        && decoded.charAt(same) == text.charAt(from + same)) {
      same++;
    }
    return same;
  }

  private boolean hasTarget(String part) {
    return !Templates.fact(type, part).isBlank();
  }

  private boolean fits(int from, int end, int number) {
    return end <= from || length(text.substring(from, end).strip(), number) <= tokens;
  }

  private int length(String piece, int number) {
    return count(FactNames.NUMBERED.prompt(number)) + count(Templates.fact(type, piece));
  }

  private boolean overlaps(int from, int end) {
    return count(Templates.fact(type, text.substring(from, end).strip())) <= overlap;
  }

  private int count(String part) {
    return tokenizer.encode(part).length;
  }

  private static int countUpTo(int[] places, int last) {
    int found = Arrays.binarySearch(places, last);
    return found < 0 ? -found - 1 : found + 1;
  }

  /** Returns the number of indices, from 0, that a condition holds for. Later ones break it. */
  private static int leading(int count, IntPredicate condition) {
    int low = 0;
    int high = count;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (condition.test(middle)) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
