package org.reckoning.trainer.config;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.reckoning.trainer.config.DataConfig.DataSource;
import org.reckoning.trainer.data.DatasetType;
import org.reckoning.trainer.data.kinship.KinshipGenerator;
import org.reckoning.trainer.data.kinship.Wording;
import org.reckoning.trainer.data.theories.TheoryKind;
import org.reckoning.trainer.data.theories.TheoryKind.Family;
import org.reckoning.trainer.data.theories.TheoryKind.World;
import org.reckoning.trainer.text.EnumWord;

/** Checks the values of generated data. */
record GeneratorRules(ConfigRules rules, DataConfig data) {

  void check() {
    boolean theories = data.source() == DataSource.THEORIES;
    DatasetType made = theories ? DatasetType.PROOFWRITER : DatasetType.CLUTRR;
    require(
        data.datasetType() == made,
        "data.dataset_type (%s) must be %s with data.source=%s"
            .formatted(
                EnumWord.of(data.datasetType()), EnumWord.of(made), EnumWord.of(data.source())),
        "data.source",
        "data.dataset_type");
    if (theories) {
      theories();
    } else {
      kinship();
    }
    requireNumber("train_tasks", data.trainTasks());
    requireNumber("val_tasks", data.valTasks());
    requireNumber("test_tasks", data.testTasks());
    if (data.source() == DataSource.NEEDLES) {
      requireNumber("context_tokens", data.contextTokens());
    }
  }

  private void kinship() {
    require(
        !data.hops().isEmpty()
            && data.hops().stream().allMatch(hops -> hops >= 2 && hops <= KinshipGenerator.MOST),
        "data.hops (%s) must list the numbers of hops to generate with data.source=%s, each 2 to %d, such as [2]"
            .formatted(data.hops(), EnumWord.of(data.source()), KinshipGenerator.MOST),
        "data.source",
        "data.hops");
    require(
        data.distractors() == null || data.distractors() <= KinshipGenerator.MOST,
        "data.distractors (%s) must be at most %d with data.source=%s"
            .formatted(data.distractors(), KinshipGenerator.MOST, EnumWord.of(data.source())),
        "data.source",
        "data.distractors");
    names();
  }

  /** Checks the keys of names, and that a problem has enough of them. */
  private void names() {
    boolean letters = data.wording() == Wording.CLUTRR_SG;
    require(
        data.names() == null || !letters,
        "data.names (%s) must be null with data.wording=clutrr_sg, whose people are letters"
            .formatted(data.names()),
        "data.source",
        "data.wording",
        "data.names");
    require(
        data.exchanged() == 0 || letters,
        "data.exchanged (%s) must be 0 unless data.wording=clutrr_sg; other wordings exchange no people"
            .formatted(data.exchanged()),
        "data.source",
        "data.wording",
        "data.exchanged");
    require(
        !data.variedDistractors() || data.distractors() != null,
        "data.distractors (null) must be a number with data.varied_distractors=true",
        "data.source",
        "data.distractors",
        "data.varied_distractors");
    if (data.hops().isEmpty() || !(letters || data.namesAreNumber())) {
      return;
    }
    int people =
        KinshipGenerator.people(data.hops(), Objects.requireNonNullElse(data.distractors(), 0));
    int known = letters ? KinshipGenerator.LETTERS : Integer.parseInt(String.valueOf(data.names()));
    require(
        known >= people,
        "%s (%d) must be at least %d, the people of a problem with data.hops %s and data.distractors (%s); use fewer facts%s"
            .formatted(
                letters ? "the letters of data.wording=clutrr_sg" : "data.names",
                known,
                people,
                data.hops(),
                data.distractors(),
                letters ? "" : " or more names"),
        "data.source",
        "data.hops",
        "data.distractors",
        "data.wording",
        "data.names");
  }

  private void theories() {
    int most = data.hops().stream().max(Integer::compare).orElse(-1);
    require(
        most >= 0 && most <= TheoryKind.MOST_HOPS,
        "data.hops (%s) must list the depths of questions to generate with data.source=theories, each 0 to %d, such as [1, 2]"
            .formatted(data.hops(), TheoryKind.MOST_HOPS),
        "data.source",
        "data.hops");
    require(
        !data.families().isEmpty(),
        "data.families ([]) must name at least one of %s with data.source=theories"
            .formatted(String.join(", ", EnumWord.all(Family.class))),
        "data.source",
        "data.families");
    require(
        data.distractors() == null || data.distractors() > 0 || !data.hops().contains(0),
        "data.distractors (0) must be at least 1 with 0 in data.hops: an unknown statement of depth 0 has no relevant fact",
        "data.source",
        "data.hops",
        "data.distractors");
    require(
        data.distractors() == null || data.world() == World.OPEN,
        "data.distractors (%s) must be null, all sentences, with data.world=closed: without a sentence another label may be right"
            .formatted(data.distractors()),
        "data.source",
        "data.world",
        "data.distractors");
    Integer depth = data.theoryDepth();
    require(
        depth == null || depth >= most,
        "data.theory_depth (%s) must be at least %d, the largest of data.hops"
            .formatted(depth, most),
        "data.source",
        "data.hops",
        "data.theory_depth");
    int reached = depth == null ? Math.max(most, 0) : depth;
    int fewest = TheoryKind.fewestSentences(reached);
    Integer sentences = data.sentences();
    require(
        sentences == null || sentences >= fewest || reached > TheoryKind.MOST_HOPS,
        "data.sentences (%s) must be at least %d for theories of depth %d"
            .formatted(sentences, fewest, reached),
        "data.source",
        "data.hops",
        "data.theory_depth",
        "data.sentences");
  }

  private void requireNumber(String name, @Nullable Integer number) {
    String key = "data." + name;
    require(
        number != null,
        "%s (null) must be a whole number with data.source=%s, which can generate any number"
            .formatted(key, EnumWord.of(data.source())),
        "data.source",
        key);
  }

  private void require(boolean holds, String problem, String... keys) {
    rules.require(holds, problem, keys);
  }
}
