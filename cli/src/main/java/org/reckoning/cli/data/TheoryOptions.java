package org.reckoning.cli.data;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.reckoning.trainer.data.theories.TheoryKind;
import org.reckoning.trainer.data.theories.TheoryKind.Family;
import org.reckoning.trainer.data.theories.TheoryKind.World;
import picocli.CommandLine.Option;

/** The options of generated theories. */
final class TheoryOptions {
  @Option(
      names = "--world",
      paramLabel = "WORLD",
      description =
          "For theories: open (what does not follow is unknown) or closed (it is false) (default:"
              + " open).")
  private World world = World.OPEN;

  @Option(
      names = "--families",
      split = ",",
      defaultValue = "att,att_neg,rel,rel_neg",
      paramLabel = "FAMILY",
      description =
          "For theories: att (attributes), rel (relations too), att_neg and rel_neg (with negation);"
              + " several are equally frequent (default: all).")
  private List<Family> families = new ArrayList<>();

  @Option(
      names = "--theory-depth",
      paramLabel = "N",
      description = "For theories: depth of every theory, 0 to 5 (default: the largest of --hops).")
  private @Nullable Integer depth;

  @Option(
      names = "--subjects",
      paramLabel = "N",
      description = "For theories: number of people or animals (default: up to 4).")
  private @Nullable Integer subjects;

  @Option(
      names = "--sentences",
      paramLabel = "N",
      description = "For theories: limit of facts and rules (default: 25).")
  private @Nullable Integer sentences;

  /**
   * Returns the kind of the theories.
   *
   * @throws IllegalArgumentException if a number is out of range
   */
  TheoryKind kind(List<Integer> hops) {
    return TheoryKind.of(hops)
        .in(world)
        .withFamilies(families)
        .withDepth(depth)
        .withSizes(subjects, sentences);
  }
}
