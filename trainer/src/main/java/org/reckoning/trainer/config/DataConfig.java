package org.reckoning.trainer.config;

import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.reckoning.trainer.data.DatasetType;
import org.reckoning.trainer.data.FactOrder.LoadOrder;
import org.reckoning.trainer.data.formats.DataFormat;
import org.reckoning.trainer.data.kinship.KinshipGenerator;
import org.reckoning.trainer.data.kinship.Wording;
import org.reckoning.trainer.data.needles.NeedleGenerator;
import org.reckoning.trainer.data.theories.TheoryKind;
import org.reckoning.trainer.data.theories.TheoryKind.Family;
import org.reckoning.trainer.data.theories.TheoryKind.World;
import org.reckoning.trainer.text.EnumWord;
import org.reckoning.trainer.tokens.FactNames;
import org.reckoning.trainer.tokens.FactSegments;

/**
 * Settings of the tasks: the keys below {@code data}, documented in {@code
 * configs/default/data.yaml}.
 */
public record DataConfig(
    DataSource source,
    DatasetType datasetType,
    DataFormat format,
    @Nullable String dataset,
    String dataDir,
    @Nullable String train,
    @Nullable String val,
    @Nullable String test,
    LoadOrder loadOrder,
    FactNames factNames,
    @Range(atLeast = 0) @Nullable Integer distractors,
    boolean variedDistractors,
    @Range(atLeast = 0) List<Integer> hops,
    @Range(atLeast = 1) @Nullable Integer trainTasks,
    @Range(atLeast = 1) @Nullable Integer valTasks,
    @Range(atLeast = 1) @Nullable Integer testTasks,
    @Range(atLeast = 1) int maxBuckets,
    @Range(atLeast = 2) @Nullable Integer maxTokens,
    @Range(atLeast = FactSegments.LEAST_TOKENS) @Nullable Integer segmentTokens,
    @Range(atLeast = 0) int segmentOverlap,
    @Range(atLeast = 1, atMost = KinshipGenerator.FORMS) int forms,
    @Range(atLeast = 1) int trainQuestions,
    Wording wording,
    @Nullable String names,
    @Range(atLeast = 0, below = 1) double exchanged,
    @Range(atLeast = NeedleGenerator.Text.LEAST_TOKENS) @Nullable Integer contextTokens,
    boolean variedContext,
    NeedleGenerator.Part needlesPart,
    World world,
    List<Family> families,
    @Range(atLeast = 0, atMost = TheoryKind.MOST_HOPS) @Nullable Integer theoryDepth,
    @Range(atLeast = 1, atMost = TheoryKind.MOST_SUBJECTS) @Nullable Integer subjects,
    @Range(atLeast = 1) @Nullable Integer sentences) {

  /** Copies the lists. */
  public DataConfig {
    hops = List.copyOf(hops);
    families = List.copyOf(families);
  }

  /** Returns the cut of long facts. */
  public FactSegments segments() {
    return new FactSegments(segmentTokens, segmentOverlap);
  }

  /** Returns whether {@code names} is a number rather than a file. */
  public boolean namesAreNumber() {
    return names != null && names.matches("[0-9]{1,6}");
  }

  /**
   * Returns a description of the problems, such as {@code generated kinship problems of 2 or 3 hops
   * with up to 3 distractors}.
   */
  public String description() {
    String steps =
        hops.stream()
            .map(String::valueOf)
            .collect(Collectors.joining(", "))
            .replaceFirst(", (\\d+)$", " or $1");
    String others = distractors == null ? "" : " with up to %d distractors".formatted(distractors);
    return switch (source) {
      case KINSHIP -> "generated kinship problems of %s hops%s".formatted(steps, others);
      case NEEDLES ->
          "generated kinship problems of %s hops in texts of %s%d tokens"
              .formatted(steps, variedContext ? "up to " : "", contextTokens);
      case THEORIES ->
          "generated theories (%s world, %s), statements of depth %s"
              .formatted(
                  EnumWord.of(world),
                  String.join(", ", families.stream().map(EnumWord::of).toList()),
                  steps);
      case FILES -> "files of type %s".formatted(EnumWord.of(datasetType));
    };
  }

  /** Returns the theories to generate; the hops must not be empty. */
  public TheoryKind theories() {
    return TheoryKind.of(hops)
        .in(world)
        .withFamilies(families)
        .withDepth(theoryDepth)
        .withSizes(subjects, sentences);
  }

  /** The source of the tasks. */
  public enum DataSource {
    /** The generator of kinship problems. */
    KINSHIP,
    /** Kinship problems whose facts are hidden in long texts. */
    NEEDLES,
    /** The generator of theories. */
    THEORIES,
    /** Files of the user. */
    FILES
  }
}
