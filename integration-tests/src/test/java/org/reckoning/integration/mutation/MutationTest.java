package org.reckoning.integration.mutation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Sends mutated inputs through every entry point. Each is accepted or refused with exit code 0, 1
 * or 2. Messages must not show internals of the program, and impossible values must be refused.
 *
 * <p>A build sends some hundred inputs. This command sends more, to all rows or to rows that match
 * a pattern:
 *
 * <pre>{@code
 * mvn test -pl integration-tests -am -Dtest=MutationTest -Dsurefire.failIfNoSpecifiedTests=false \
 *     -Dfuzz.count=10000 [-Dfuzz.seed=1] [-Dfuzz.row=records]
 * }</pre>
 *
 * <p>A failure message has the row, the seed and the change. {@code -Dfuzz.row=ROW -Dfuzz.seed=SEED
 * -Dfuzz.count=1} repeats it.
 */
class MutationTest {
  private static final int COUNT = Integer.getInteger("fuzz.count", 175);
  private static final long SEED = Long.getLong("fuzz.seed", 2026);
  private static final String ROWS = System.getProperty("fuzz.row", ".*");

  /** Time limit of one input, far above the usual time. */
  private static final int SECONDS = 60;

  private static final int SHOWN = 400;

  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  static Path directory;

  @SuppressWarnings("NullAway.Init") // set before all tests
  private static TinyRun run;

  private ExecutorService thread = newThread();

  @BeforeAll
  static void train() throws IOException {
    run = TinyRun.train(directory.resolve("tiny"));
  }

  @AfterAll
  static void close() {
    run.close();
  }

  static Stream<EntryPoint> rows() {
    return EntryPoint.ALL.stream().filter(row -> row.name().matches(ROWS));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("rows")
  void mutatedInput_isReadOrRefusedInASentence(EntryPoint row) throws Exception {
    Path folder = Files.createDirectory(directory.resolve(row.name()));
    Inputs inputs = row.setup().of(run, folder);
    for (Inputs.Seed seed : inputs.seeds()) {
      Outcome valid = inputs.call().with(seed, seed.content());
      assertThat(valid.code()).as("valid %s: %s", seed.what(), valid.err()).isZero();
      assertThat(valid.fault()).as("valid %s", seed.what()).isEmpty();
    }
    int weights = rows().mapToInt(EntryPoint::weight).sum();
    int count = Math.max(1, COUNT * row.weight() / weights);
    Map<String, Integer> times = new LinkedHashMap<>();
    List<String> faults = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      long number = SEED + i;
      SplittableRandom random = new SplittableRandom(number * 31 + row.name().hashCode());
      Inputs.Seed seed = Mutation.pick(inputs.seeds(), random);
      byte[] content = Mutation.of(seed.content(), random);
      String problem = problem(inputs, seed, content);
      if (!problem.isEmpty() && times.merge(shape(problem), 1, Integer::sum) == 1) {
        faults.add(
            "-Dfuzz.row=%s -Dfuzz.seed=%d -Dfuzz.count=1%n    %s: %s%n    %s"
                .formatted(
                    row.name(),
                    number,
                    seed.what(),
                    change(seed.content(), content),
                    cut(problem, SHOWN)));
      }
    }
    assertThat(faults)
        .as("faults of row %s, %d inputs; how often each: %s", row.name(), count, times.values())
        .isEmpty();
  }

  /** Returns the fault in the handling of an input; empty if there is none. */
  private String problem(Inputs inputs, Inputs.Seed seed, byte[] content)
      throws InterruptedException {
    try {
      return thread
          .submit(() -> inputs.call().with(seed, content).fault().orElse(""))
          .get(SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      String where = cause == null ? "" : Arrays.toString(cause.getStackTrace());
      return cause instanceof AssertionError
          ? "impossible: " + cause.getMessage()
          : "throws %s at %s".formatted(cause, cut(where, SHOWN));
    } catch (TimeoutException e) {
      thread.shutdownNow();
      thread = newThread();
      return "did not end within %d s".formatted(SECONDS);
    }
  }

  private static ExecutorService newThread() {
    return Executors.newSingleThreadExecutor(
        task -> {
          Thread daemon = new Thread(task, "mutated input");
          daemon.setDaemon(true);
          return daemon;
        });
  }

  /** Returns the text common to all faults of one kind. */
  private static String shape(String problem) {
    if (problem.contains("' is shown: ")) {
      return problem.substring(0, problem.indexOf("' is shown: "));
    }
    String start = problem.replaceAll("(?s)'[^']*'|\\([^)]*\\)|\"[^\"]*\"", "_");
    return cut(start.replaceAll("[\\d.]+", "0").replaceAll("\\S*/\\S*", "/"), 60);
  }

  /** Returns a description of the replaced and the new content. */
  private static String change(byte[] before, byte[] after) {
    int start = Arrays.mismatch(before, after);
    if (start < 0) {
      return "unchanged";
    }
    int end = 0;
    while (end < Math.min(before.length, after.length) - start
        && before[before.length - 1 - end] == after[after.length - 1 - end]) {
      end++;
    }
    int from = Math.max(0, start - 20);
    return "at %d, %s -> %s"
        .formatted(
            start,
            shown(before, from, before.length - end),
            shown(after, from, after.length - end));
  }

  private static String shown(byte[] bytes, int from, int to) {
    String text = new String(bytes, from, Math.max(0, to - from), StandardCharsets.UTF_8);
    StringBuilder shown = new StringBuilder();
    cut(text, SHOWN / 2)
        .codePoints()
        .forEach(
            c -> shown.append(c < ' ' || c > '~' ? "\\u{%x}".formatted(c) : Character.toString(c)));
    return "'" + shown + "' (%d bytes)".formatted(bytes.length);
  }

  private static String cut(String text, int length) {
    return text.length() <= length ? text : text.substring(0, length) + "...";
  }
}
