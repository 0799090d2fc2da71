package org.reckoning.trainer.data.kinship;

import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Kinds of kinship whatever the gender, and what follows from two of them. */
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

  /** The rules of CLUTRR: b is a's first, c is b's second, so c is a's result. */
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

  /** What can follow from two others: all but {@link #SPOUSE}. */
  static final List<Kinship> RESULTS = Stream.of(values()).filter(RULES::containsValue).toList();

  /** The closest kin, of whom facts tell; all others follow from these. */
  static final Set<Kinship> TOLD = Collections.unmodifiableSet(EnumSet.range(CHILD, SIBLING));

  /** Returns what somebody's {@code next} is to a person whose this he is; null if no rule says. */
  @Nullable Kinship then(Kinship next) {
    return RULES.get(List.of(this, next));
  }

  /** Returns the word for a man or for a woman. */
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
