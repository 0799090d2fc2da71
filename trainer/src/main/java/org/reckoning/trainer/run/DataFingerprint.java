package org.reckoning.trainer.run;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.reckoning.trainer.data.ReasoningTask;
import org.reckoning.trainer.data.ReasoningTask.Fact;
import org.reckoning.trainer.data.ReasoningTask.Question;
import org.reckoning.trainer.files.JsonRecord;

/**
 * Fingerprint of the data of a run, in {@code data.json} of its directory: a run resumes with the
 * same tasks only. It depends on the texts of the tasks, not on the names or the format of files.
 */
record DataFingerprint(Part train, Part val, Part test) {
  private static final String FILE = "data.json";

  DataFingerprint {
    Objects.requireNonNull(train); // a file may have null
    Objects.requireNonNull(val);
    Objects.requireNonNull(test);
  }

  /**
   * Fingerprint of a split.
   *
   * @param tasks number of tasks
   * @param sha256 of the facts, questions, labels and ids
   */
  record Part(int tasks, String sha256) {
    Part {
      Objects.requireNonNull(sha256); // a file may have null
    }

    static Part of(List<ReasoningTask> tasks) {
      MessageDigest digest = sha256Digest();
      for (ReasoningTask task : tasks) {
        int hops = Math.max(task.hops(), 0); // runs of earlier versions have 0 for unknown, too
        add(digest, task.id(), task.type().name(), Integer.toString(hops));
        add(digest, task.labels().toArray(String[]::new));
        for (Fact fact : task.facts()) {
          add(digest, "fact", fact.text(), Boolean.toString(fact.relevant()));
        }
        for (Question question : task.questions()) {
          String relevant =
              question.relevant().stream().map(String::valueOf).collect(Collectors.joining(","));
          add(digest, "question", question.text(), question.label(), relevant);
        }
      }
      return new Part(tasks.size(), HexFormat.of().formatHex(digest.digest()));
    }

    /** Adds texts, each after its length, which keeps ("a", "bc") and ("ab", "c") apart. */
    private static void add(MessageDigest digest, String... texts) {
      digest.update((byte) texts.length);
      for (String text : texts) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        digest.update((bytes.length + ":").getBytes(StandardCharsets.UTF_8));
        digest.update(bytes);
      }
    }

    private static MessageDigest sha256Digest() {
      try {
        return MessageDigest.getInstance("SHA-256");
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("every Java platform has SHA-256", e);
      }
    }
  }

  static DataFingerprint of(Splits splits) {
    return new DataFingerprint(
        Part.of(splits.train()), Part.of(splits.val()), Part.of(splits.test()));
  }

  /**
   * Compares data with the fingerprint of a run, or writes the fingerprint of a new run.
   *
   * @throws IOException if the data differ
   */
  static void requireSame(Path run, Splits splits) throws IOException {
    Path file = run.resolve(FILE);
    DataFingerprint now = of(splits);
    if (!Files.exists(file)) {
      JsonRecord.write(file, now);
      return;
    }
    DataFingerprint then = read(file);
    List<String> differences = new ArrayList<>();
    difference("train", then.train, now.train, differences);
    difference("val", then.val, now.val, differences);
    difference("test", then.test, now.test, differences);
    if (!differences.isEmpty()) {
      throw new IOException(
          "run '%s' must resume with the data that it began with, but these differ: %s; restore those data, or begin a new run"
              .formatted(run, String.join(", ", differences)));
    }
  }

  /**
   * Returns a sentence if the test problems differ from those of the run, else an empty text.
   *
   * @throws IOException if the fingerprint is damaged
   */
  static String differenceOfTest(Path run, Splits splits) throws IOException {
    Path file = run.resolve(FILE);
    List<String> differences = new ArrayList<>();
    if (Files.exists(file)) {
      difference("test", read(file).test, Part.of(splits.test()), differences);
    }
    return differences.isEmpty()
        ? ""
        : "the test problems differ from those that the run began with: " + differences.get(0);
  }

  private static DataFingerprint read(Path file) throws IOException {
    return JsonRecord.read(file, DataFingerprint.class, "the fingerprint of a run's data");
  }

  private static void difference(String split, Part then, Part now, List<String> differences) {
    if (then.tasks != now.tasks) {
      differences.add("%s had %d tasks and has %d".formatted(split, then.tasks, now.tasks));
    } else if (!then.equals(now)) {
      differences.add("%s has %d tasks as before, with changed texts".formatted(split, now.tasks));
    }
  }
}
