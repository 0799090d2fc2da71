package org.reckoning.graph.random;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reckoning.graph.TestTensors;
import org.reckoning.graph.xla.Segment;
import org.reckoning.graph.xla.Specs;
import org.reckoning.graph.xla.Tensors;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt64;

class RandomSeedTest {
  private static final long GAMMA = 0x9E3779B97F4A7C15L;
  private static final List<String> PURPOSES = List.of("inner step", "outer loss", "a", "b");

  private final TestTensors tensors = new TestTensors();
  private final Ops tf = tensors.tf();

  @AfterEach
  void close() {
    tensors.close();
  }

  @Test
  void of_seedPurposeAndIndices_isTheHashOfTheDefinition() {
    // Computed in Python, from hashlib.sha256 and the three lines of the definition.
    assertThat(RandomSeed.of(42, "update", 1)).isEqualTo(766796581675816941L);
    assertThat(RandomSeed.of(0, "pass")).isEqualTo(-6486045561456156935L);
    assertThat(RandomSeed.of(-7, "dropout of facts", 3, -1)).isEqualTo(-1938305843399328861L);
  }

  @Test
  void of_anIndex_isWhatSplitMixDrawsFromThePurpose() {
    SplittableRandom indices = new SplittableRandom(StableHash.of("update"));
    for (int index = 0; index < 5; index++) {
      long hash = indices.nextLong();
      long want = new SplittableRandom(42 + hash * GAMMA).nextLong();
      assertThat(RandomSeed.of(42, "update", index)).as("index %s", index).isEqualTo(want);
    }
  }

  /** Derived seeds are distinct, even of neighbours or of seeds a generator's increment apart. */
  @Test
  void of_100000Combinations_gives100000Seeds() {
    long[] seeds = {42, 43, 0, 42 + GAMMA, 42 - GAMMA};
    Set<Long> flat = new HashSet<>();
    Set<Long> nested = new HashSet<>();
    for (long seed : seeds) {
      for (String purpose : PURPOSES) {
        for (int update = 0; update < 10; update++) {
          for (int pass = 0; pass < 5; pass++) {
            for (int group = 0; group < 4; group++) {
              for (int step = 0; step < 5; step++) {
                for (int site = 0; site < 5; site++) {
                  flat.add(RandomSeed.of(seed, purpose, update, pass, group, step, site));
                  nested.add(nested(seed, purpose, update, pass, group, step, site));
                }
              }
            }
          }
        }
      }
    }
    assertThat(flat).hasSize(100_000);
    assertThat(nested).hasSize(100_000);
    assertThat(Collections.disjoint(nested, flat)).isTrue();
  }

  /** Returns the seed of a dropout mask in training: each part of the program adds its indices. */
  private static long nested(
      long seed, String purpose, int update, int pass, int group, int step, int site) {
    long ofPass = RandomSeed.of(RandomSeed.of(seed, "update", update), "pass", pass);
    long ofStep = RandomSeed.of(RandomSeed.of(ofPass, "group", group), purpose, step);
    return RandomSeed.of(ofStep, "dropout of facts", site);
  }

  @Test
  void of_otherOrderOrNumberOfIndices_isAnotherSeed() {
    assertThat(
            Set.of(
                RandomSeed.of(1, "a"),
                RandomSeed.of(1, "a", 0),
                RandomSeed.of(1, "a", 0, 0),
                RandomSeed.of(1, "a", 0, 1),
                RandomSeed.of(1, "a", 1, 0),
                RandomSeed.of(0, "a", 1, 1)))
        .hasSize(6);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void of_inTheGraph_isTheNumberOfTheHost(boolean compiled) {
    long[] tasks = {0, 1, -1, Long.MAX_VALUE};
    long[] texts = {5, Long.MIN_VALUE};
    List<Operand<TInt64>> emitted = new ArrayList<>();
    List<Long> wanted = new ArrayList<>();
    for (long seed : new long[] {0, 42, -1, Long.MIN_VALUE, Long.MAX_VALUE, GAMMA}) {
      Tensors seeds =
          segment(tasks, texts).call(tf, new Tensors().put("seed", tf.constant(seed)), compiled);
      emitted.add(seeds.get("none", TInt64.class));
      wanted.add(RandomSeed.of(seed, "a"));
      emitted.add(seeds.get("known", TInt64.class));
      wanted.add(RandomSeed.of(seed, "a", 7, -2));
      emitted.add(tf.reshape(seeds.get("fed", TInt64.class), tf.constant(new long[] {-1})));
      for (long task : tasks) {
        for (long text : texts) {
          wanted.add(RandomSeed.of(seed, "a", task, text));
        }
      }
    }

    assertThat(tensors.longs(emitted)).isEqualTo(wanted);
  }

  private static Segment segment(long[] tasks, long[] texts) {
    return Segment.define(
        "seeds",
        new Specs().tensor("seed", TInt64.class, Shape.scalar()),
        List.of(),
        (tf, in) -> {
          Operand<TInt64> seed = in.get("seed", TInt64.class);
          Operand<TInt64> rows = tf.expandDims(tf.constant(tasks), tf.constant(1));
          return new Tensors()
              .put("none", RandomSeed.of(tf, seed, "a"))
              .put("known", RandomSeed.of(tf, seed, "a", 7, -2))
              .put("fed", RandomSeed.of(tf, seed, "a", List.of(rows, tf.constant(texts))));
        });
  }

  /** Constant indices are hashed while the graph is built. */
  @Test
  void of_knownIndices_addsNoNodeForThem() {
    Operand<TInt64> seed = tf.constant(1L);
    int before = tensors.size();
    RandomSeed.of(tf, seed, "a");
    int one = tensors.size() - before;
    RandomSeed.of(tf, seed, "a", 1, 2, 3, 4);

    assertThat(tensors.size() - before).isEqualTo(2 * one);
    assertThat(one).isLessThan(25);
  }
}
