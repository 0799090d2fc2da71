package org.reckoning.trainer.data;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedWriter;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.reckoning.trainer.data.ReasoningTask.Fact;
import org.reckoning.trainer.data.ReasoningTask.Question;
import org.reckoning.trainer.files.AtomicOutput;
import org.reckoning.trainer.files.Json;

/**
 * Writes tasks as JSON lines in the form of the reference implementation. Output is compressed if
 * the name ends with {@code .gz}.
 *
 * <pre>{@code
 * try (RecordWriter writer = RecordWriter.open(file)) {
 *   writer.write(task);
 *   writer.commit();
 * }
 * }</pre>
 *
 * <p>An existing file remains unchanged until {@link #commit} replaces it.
 */
public final class RecordWriter implements Closeable {
  private static final int BUFFER_BYTES = 1 << 16;

  private final AtomicOutput output;
  private final @Nullable GZIPOutputStream packed;
  private final BufferedWriter out;

  private RecordWriter(AtomicOutput output, @Nullable GZIPOutputStream packed) {
    this.output = output;
    this.packed = packed;
    OutputStream bytes = packed == null ? output.stream() : packed;
    out = new BufferedWriter(new OutputStreamWriter(bytes, StandardCharsets.UTF_8));
  }

  /**
   * Opens a file for writing; creates its directory if necessary.
   *
   * @param file replaced by {@link #commit} if it exists; a pipe or a device is written directly
   */
  public static RecordWriter open(Path file) throws IOException {
    AtomicOutput output = AtomicOutput.open(file);
    try {
      boolean packs = file.toString().endsWith(".gz");
      return new RecordWriter(
          output, packs ? new GZIPOutputStream(output.stream(), BUFFER_BYTES) : null);
    } catch (IOException e) {
      output.close();
      throw e;
    }
  }

  /**
   * Returns whether the output appears only at {@link #commit}; a pipe or a device gets each record
   * at once.
   */
  public boolean writesWhole() {
    return output.isReplacement();
  }

  /** Returns whether the records go to an open file of a process, such as {@code /dev/stdout}. */
  public boolean writesToOpenFile() {
    return output.isOpenFile();
  }

  /** Adds a record. */
  public void write(ReasoningTask task) throws IOException {
    write(record(task));
  }

  /** Adds an object of another format. */
  public void write(ObjectNode object) throws IOException {
    out.write(Json.PLAIN.writeValueAsString(object));
    out.write('\n');
  }

  /** Completes the file under its name. No record can be written afterwards. */
  public void commit() throws IOException {
    out.flush();
    if (packed != null) {
      packed.finish();
    }
    output.commit();
  }

  @Override
  public void close() throws IOException {
    output.close();
  }

  private static ObjectNode record(ReasoningTask task) {
    List<Integer> needed = needed(task);
    ObjectNode json = Json.PLAIN.createObjectNode().put("guid", task.id());
    if (task.questions().size() == 1) {
      Question question = task.questions().get(0);
      json.put(
          task.type() == DatasetType.ENTAILMENT_TREE ? "hypothesis" : "question", question.text());
      json.put("answer", task.type().word(question.label()));
    } else {
      ArrayNode questions = json.putArray("questions");
      ArrayNode answers = json.putArray("answers");
      for (Question question : task.questions()) {
        questions.add(question.text());
        answers.add(task.type().word(question.label()));
      }
    }
    ArrayNode facts = json.putArray("facts");
    needed.forEach(index -> facts.add(task.facts().get(index).text()));
    if (needed.size() < task.facts().size()) {
      List<String> texts = task.facts().stream().map(Fact::text).toList();
      ArrayNode all = json.putArray("all_facts");
      texts.forEach(all::add);
      if (needed.stream().anyMatch(i -> Collections.frequency(texts, texts.get(i)) > 1)) {
        ArrayNode places = json.putArray("fact_places");
        needed.forEach(places::add);
      }
    }
    if (task.questions().size() > 1 || !task.questions().get(0).relevant().equals(needed)) {
      ArrayNode relevant = json.putArray("relevant");
      for (Question question : task.questions()) {
        ArrayNode indices = relevant.addArray();
        question.relevant().forEach(index -> indices.add(needed.indexOf(index)));
      }
    }
    if (task.hops() != ReasoningTask.UNKNOWN_HOPS) {
      json.put("hops", task.hops());
    }
    if (!task.labels().equals(task.type().labels())) {
      ArrayNode labels = json.putArray("labels");
      task.labels().forEach(label -> labels.add(task.type().word(label)));
    }
    return json;
  }

  /** Returns the indices of facts that are relevant or that a question names. */
  private static List<Integer> needed(ReasoningTask task) {
    TreeSet<Integer> needed = new TreeSet<>();
    IntStream.range(0, task.facts().size())
        .filter(i -> task.facts().get(i).relevant())
        .forEach(needed::add);
    task.questions().forEach(question -> needed.addAll(question.relevant()));
    return List.copyOf(needed);
  }
}
