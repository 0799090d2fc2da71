package org.reckoning.trainer.data.needles;

import java.util.List;
import java.util.Random;

/** Sentences about people who move through a house, which say nothing about kinship. */
final class Chatter {
  private static final List<String> VERBS =
      List.of("went to", "moved to", "walked to", "came back to", "looked into");

  private static final List<String> ROOMS =
      List.of("kitchen", "garden", "office", "bathroom", "bedroom", "garage", "library", "hall");

  private static final List<String> DEEDS =
      List.of("picked up", "put down", "washed", "dropped", "looked for", "found");

  private static final List<String> THINGS =
      List.of("apple", "milk", "book", "ball", "coat", "key", "lamp", "letter");

  private Chatter() {}

  /** Returns a random sentence about one of some people. */
  static String sentence(List<String> people, Random random) {
    String person = one(people, random);
    return random.nextBoolean()
        ? moves(person, one(VERBS, random), one(ROOMS, random))
        : handles(person, one(DEEDS, random), one(THINGS, random));
  }

  private static String one(List<String> words, Random random) {
    return words.get(random.nextInt(words.size()));
  }

  private static String moves(String person, String verb, String room) {
    return "%s %s the %s.".formatted(person, verb, room);
  }

  private static String handles(String person, String deed, String thing) {
    return "%s %s the %s.".formatted(person, deed, thing);
  }

  /**
   * Returns two texts with all sentences about a person. The name stands at the start of a text and
   * after other sentences.
   */
  static List<String> words(String person) {
    StringBuilder moves = new StringBuilder();
    VERBS.forEach(
        verb -> ROOMS.forEach(room -> moves.append(moves(person, verb, room)).append(' ')));
    StringBuilder handles = new StringBuilder();
    DEEDS.forEach(
        deed -> THINGS.forEach(thing -> handles.append(handles(person, deed, thing)).append(' ')));
    return List.of(moves.toString().strip(), handles.toString().strip());
  }
}
