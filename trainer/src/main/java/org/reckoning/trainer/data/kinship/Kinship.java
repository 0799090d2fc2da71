package org.reckoning.trainer.data.kinship;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A relation of two people regardless of gender, with the rules that combine two relations. */
enum Kinship {
  CHILD,
  PARENT,
  SPOUSE,
  SIBLING,
  GRANDCHILD,
  GRANDPARENT,
  UNCLE_OR_AUNT,
  NEPHEW_OR_NIECE,
  CHILD_IN_LAW,
  PARENT_IN_LAW;

  /**
   * The rules of CLUTRR: if b is the first of a, and c the second of b, then c is the result of a.
   */
  private static final Map<List<Kinship>, Kinship> RULES =
      Map.ofEntries(
          Map.entry(List.of(CHILD, CHILD), GRANDCHILD),
          Map.entry(List.of(CHILD, SPOUSE), CHILD_IN_LAW),
          Map.entry(List.of(CHILD, SIBLING), CHILD),
          Map.entry(List.of(CHILD, UNCLE_OR_AUNT), SIBLING),
          Map.entry(List.of(CHILD, GRANDPARENT), PARENT),
          Map.entry(List.of(PARENT, CHILD), SIBLING),
          Map.entry(List.of(PARENT, PARENT), GRANDPARENT),
          Map.entry(List.of(PARENT, SIBLING), UNCLE_OR_AUNT),
          Map.entry(List.of(SPOUSE, PARENT), PARENT_IN_LAW),
          Map.entry(List.of(SPOUSE, GRANDCHILD), GRANDCHILD),
          Map.entry(List.of(SPOUSE, CHILD), CHILD),
          Map.entry(List.of(SIBLING, SIBLING), SIBLING),
          Map.entry(List.of(SIBLING, GRANDPARENT), GRANDPARENT),
          Map.entry(List.of(SIBLING, CHILD), NEPHEW_OR_NIECE),
          Map.entry(List.of(SIBLING, PARENT), PARENT),
          Map.entry(List.of(GRANDCHILD, SIBLING), GRANDCHILD));

  /** The relations that the rules can derive: all but {@link #SPOUSE}. */
  static final List<Kinship> RESULTS = Stream.of(values()).filter(RULES::containsValue).toList();

  /**
   * Combines two relations. If b is this of a, and c is {@code next} of b, returns what c is of a;
   * null if no rule applies.
   */
  @Nullable Kinship then(Kinship next) {
    return RULES.get(List.of(this, next));
  }

  /** Returns the word for a man or a woman. */
  String word(boolean male) {
    return switch (this) {
      case CHILD -> male ? "son" : "daughter";
      case PARENT -> male ? "father" : "mother";
      case SPOUSE -> male ? "husband" : "wife";
      case SIBLING -> male ? "brother" : "sister";
      case GRANDCHILD -> male ? "grandson" : "granddaughter";
      case GRANDPARENT -> male ? "grandfather" : "grandmother";
      case UNCLE_OR_AUNT -> male ? "uncle" : "aunt";
      case NEPHEW_OR_NIECE -> male ? "nephew" : "niece";
      case CHILD_IN_LAW -> male ? "son-in-law" : "daughter-in-law";
      case PARENT_IN_LAW -> male ? "father-in-law" : "mother-in-law";
    };
  }
}
