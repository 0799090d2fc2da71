package org.reckoning.integration.mutation;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Mutates an input with accidental and with deliberately odd changes. */
final class Mutation {
  /** Odd values in place of valid ones, for JSON, YAML, CSV and words. */
  static final List<String> ODD_VALUES =
      List.of(
          "null",
          "true",
          "~",
          "",
          " ",
          "0",
          "-0.0",
          "-1",
          "0.5",
          "1e-400",
          "1e309",
          "-1e309",
          "1e999999999",
          "NaN",
          ".nan",
          "Infinity",
          "2147483648",
          "9223372036854775808",
          "123456789012345678901234567890",
          "0x1F",
          "007",
          "1_000",
          "2024-01-01",
          "[]",
          "{}",
          "[1, \"a\", null]",
          "{\"a\": {\"b\": 1}}",
          "\"\"",
          "\" \"",
          "\"1\"",
          "\"\\u0000\"",
          "\"\\ud800\"",
          "!secret x",
          "&a [*a]",
          "*a",
          "${model}",
          "${nothing}",
          "[".repeat(40) + "]".repeat(40),
          "[".repeat(255) + "1" + "]".repeat(255), // above TensorFlow's largest rank
          "[".repeat(3_000) + "]".repeat(3_000),
          "{\"a\":".repeat(3_000) + "1" + "}".repeat(3_000),
          "x".repeat(20_000));

  /** Characters that occur in copied text, or that confuse a terminal or a parser. */
  private static final List<String> ODD_CHARACTERS =
      List.of(
          "\u0000",
          "\u0007",
          "\u001b[31m",
          "\u0085",
          "\u009b",
          "\ufeff",
          "\u202e",
          "\u200b",
          "\u00a0",
          "\u2028",
          "\ud83d\ude00",
          "e\u0301",
          "\u0130",
          "\\",
          "\"",
          "'",
          "`",
          "#",
          "%s",
          "%n",
          "\t",
          "\r",
          "\n",
          "\n\n",
          "{",
          "}",
          "[",
          "]",
          ",",
          ":",
          "=",
          "<|endoftext|>");

  /** Pattern of a value after {@code key: }, {@code key=}, a comma or a tab. */
  private static final Pattern VALUE = Pattern.compile("(?<=[:=,\\t] ?)[^:=,\\t\\n]*");

  private static final Pattern NUMBER = Pattern.compile("-?\\d+(\\.\\d+)?([eE]-?\\d+)?");

  private Mutation() {}

  /** Returns a mutated input, which may by chance equal the original. */
  static byte[] of(byte[] original, SplittableRandom random) {
    byte[] changed = original;
    int times = random.nextInt(4) == 0 ? 2 : 1;
    for (int i = 0; i < times; i++) {
      changed = once(changed, random);
    }
    return changed;
  }

  private static byte[] once(byte[] input, SplittableRandom random) {
    if (input.length == 0) {
      return bytes(pick(ODD_VALUES, random));
    }
    return switch (random.nextInt(12)) {
      case 0, 1 -> changedBytes(input, random);
      case 2 -> whole(input, random);
      case 3 -> changedLines(input, random);
      case 4, 5 -> inserted(input, random);
      case 6 -> replaced(input, NUMBER, random);
      case 7 -> replaced(input, VALUE, random);
      default ->
          JsonMutation.of(text(input), random)
              .map(Mutation::bytes)
              .orElseGet(() -> replaced(input, VALUE, random));
    };
  }

  /** Flips, cuts, repeats or swaps bytes. */
  private static byte[] changedBytes(byte[] input, SplittableRandom random) {
    int from = random.nextInt(input.length);
    int to = Math.min(input.length, from + 1 + random.nextInt(16));
    byte[] changed = input.clone();
    switch (random.nextInt(6)) {
      case 0 -> changed[from] ^= (byte) (1 << random.nextInt(8));
      case 1 -> changed[from] = (byte) random.nextInt(256);
      case 2 -> changed = spliced(input, from, to, new byte[0]);
      case 3 -> changed = spliced(input, from, from, Arrays.copyOfRange(input, from, to));
      case 4 -> changed = Arrays.copyOf(input, from);
      default -> {
        int other = random.nextInt(input.length);
        changed[from] = input[other];
        changed[other] = input[from];
      }
    }
    return changed;
  }

  /** Changes the whole input: other encodings, repeated content or no content. */
  private static byte[] whole(byte[] input, SplittableRandom random) {
    return switch (random.nextInt(9)) {
      case 0 -> new byte[0];
      case 1 -> bytes("\ufeff" + text(input));
      case 2 -> bytes(text(input).replace("\n", "\r\n"));
      case 3 -> bytes(text(input).replace("\n", "\r"));
      case 4 -> text(input).getBytes(StandardCharsets.UTF_16);
      case 5 -> bytes("\u00e9" + text(input), true);
      case 6 -> spliced(input, 0, 0, input);
      case 7 -> Arrays.copyOf(input, input.length + 1 + random.nextInt(64)); // appends zeros
      default -> bytes(pick(ODD_VALUES, random));
    };
  }

  /** Repeats, removes or shuffles lines. */
  private static byte[] changedLines(byte[] input, SplittableRandom random) {
    List<String> lines = new ArrayList<>(List.of(text(input).split("\n", -1)));
    int at = random.nextInt(lines.size());
    switch (random.nextInt(5)) {
      case 0 -> lines.add(at, lines.get(at));
      case 1 -> lines.remove(at);
      case 2 -> Collections.swap(lines, at, random.nextInt(lines.size()));
      case 3 -> lines.set(at, " " + lines.get(at));
      default -> lines.set(at, lines.get(at).strip());
    }
    return bytes(String.join("\n", lines));
  }

  private static byte[] inserted(byte[] input, SplittableRandom random) {
    int at = random.nextInt(input.length + 1);
    return switch (random.nextInt(8)) {
      case 0 -> spliced(input, at, at, new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80});
      case 1 -> spliced(input, input.length, input.length, bytes(pick(ODD_VALUES, random)));
      default -> spliced(input, at, at, bytes(pick(ODD_CHARACTERS, random)));
    };
  }

  /** Replaces one of the matches by an odd value. */
  private static byte[] replaced(byte[] input, Pattern pattern, SplittableRandom random) {
    // ISO 8859-1 preserves every byte.
    String text = new String(input, StandardCharsets.ISO_8859_1);
    Matcher matcher = pattern.matcher(text);
    List<int[]> found = new ArrayList<>();
    while (matcher.find() && found.size() < 10_000) {
      found.add(new int[] {matcher.start(), matcher.end()});
    }
    if (found.isEmpty()) {
      return inserted(input, random);
    }
    int[] place = pick(found, random);
    return spliced(input, place[0], place[1], bytes(pick(ODD_VALUES, random)));
  }

  private static byte[] spliced(byte[] input, int from, int to, byte[] put) {
    var out = new ByteArrayOutputStream(input.length + put.length);
    out.write(input, 0, from);
    out.write(put, 0, put.length);
    out.write(input, to, input.length - to);
    return out.toByteArray();
  }

  static <T> T pick(List<T> list, SplittableRandom random) {
    return list.get(random.nextInt(list.size()));
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static byte[] bytes(String text) {
    return bytes(text, false);
  }

  private static byte[] bytes(String text, boolean latin) {
    return text.getBytes(latin ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8);
  }
}
