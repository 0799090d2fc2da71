package org.reckoning.integration.mutation;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Inputs for an entry point.
 *
 * @param seeds valid inputs
 * @param call function that sends an input
 */
record Inputs(List<Seed> seeds, Call call) {

  /**
   * A valid input.
   *
   * @param what description of the input: the path of a file, a word
   * @param content content before the mutation
   */
  @SuppressWarnings("ArrayRecordComponent") // read only
  record Seed(String what, byte[] content) {
    /** Returns a seed of a word or a line. */
    static Seed of(String text) {
      return new Seed(text, text.getBytes(StandardCharsets.UTF_8));
    }
  }

  /** Sends an input. */
  @FunctionalInterface
  interface Call {
    /**
     * Returns the outcome of the call.
     *
     * @throws AssertionError if an impossible value was accepted
     */
    Outcome with(Seed seed, byte[] content) throws IOException;
  }

  /** Runs a command. */
  @FunctionalInterface
  interface Run<T> {
    Outcome with(T input) throws IOException;
  }

  /** Checks the result of an accepted input. */
  @FunctionalInterface
  interface Accepted {
    void check(Outcome outcome) throws IOException;
  }

  /** Returns inputs that change one of several files at a time; the command reads all files. */
  static Inputs ofFiles(List<Path> files, Run<List<Path>> run, Accepted accepted)
      throws IOException {
    List<Seed> seeds = new ArrayList<>();
    for (Path file : files) {
      seeds.add(new Seed(file.toString(), Files.readAllBytes(file)));
    }
    return new Inputs(
        List.copyOf(seeds),
        (seed, content) -> {
          Path file = Path.of(seed.what());
          Files.write(file, content);
          try {
            return checked(run.with(files), accepted);
          } finally {
            Files.write(file, seed.content());
          }
        });
  }

  /** Returns inputs that change one of several words at a time. */
  static Inputs ofWords(List<String> words, Run<List<String>> run, Accepted accepted) {
    List<Seed> seeds = words.stream().map(Seed::of).toList();
    return new Inputs(
        seeds,
        (seed, content) -> {
          List<String> changed = new ArrayList<>();
          for (Seed each : seeds) {
            byte[] word = each.equals(seed) ? content : each.content();
            changed.add(new String(word, StandardCharsets.UTF_8));
          }
          return checked(run.with(changed), accepted);
        });
  }

  private static Outcome checked(Outcome outcome, Accepted accepted) throws IOException {
    if (outcome.isAccepted()) {
      accepted.check(outcome);
    }
    return outcome;
  }
}
