package org.reckoning.trainer.data.formats;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;
import org.reckoning.trainer.files.FileProblem;
import org.reckoning.trainer.files.Json;
import org.reckoning.trainer.files.TextFile;

/**
 * An open file of tasks. A pipe can be opened only once, so the start that decides the format is
 * kept for the reader.
 */
public final class DataFile implements Closeable {
  /** Number of bytes that decide the format. */
  private static final int START_BYTES = 1 << 20;

  private final Path path;
  private final InputStream source;
  private @Nullable InputStream text;
  private @Nullable IOException problem;
  private @Nullable IOException damage;

  private DataFile(Path path, InputStream source) {
    this.path = path;
    this.source = source;
  }

  /**
   * Opens a file or a pipe.
   *
   * @throws IOException with the name of the file if it cannot be opened; {@link TaskReader#read}
   *     reports malformed content
   */
  public static DataFile open(Path path) throws IOException {
    try {
      return new DataFile(path, FileProblem.naming(path, TextFile.bytes(path)));
    } catch (IOException e) {
      throw FileProblem.cannotRead(path, e);
    }
  }

  /** Returns the path as it was given. */
  public Path path() {
    return path;
  }

  /**
   * Returns the whole text, as of a file that has no known format.
   *
   * @throws IOException with the name of the file, if it cannot be read or is not text
   */
  public String wholeText() throws IOException {
    try {
      return TextFile.read(text(), path.toString());
    } catch (EOFException | ZipException e) {
      throw FileProblem.cannotRead(path, e);
    }
  }

  /** Returns the text as a stream from its start; all calls return the same stream. */
  InputStream text() throws IOException {
    if (problem != null) {
      throw problem;
    }
    if (text == null) {
      try {
        text = TextFile.open(source);
      } catch (IOException e) {
        problem = e;
        throw e;
      }
    }
    return text;
  }

  /** Returns whether the file is a JSON array rather than lines. */
  boolean isArray() throws IOException {
    return firstSign(start()) == '[';
  }

  /**
   * Returns the format, detected from the first record, otherwise from the name of the file.
   *
   * @throws IOException if the file cannot be read
   */
  public DataFormat format() throws IOException {
    try {
      return recognized().orElseGet(this::byName);
    } catch (TextFile.NotTextException e) {
      return byName(); // the reader will report the problem
    }
  }

  /**
   * Returns the format of the first record; empty if it has none of the known ones.
   *
   * @throws IOException if the file cannot be read, or is not text
   */
  public Optional<DataFormat> recognized() throws IOException {
    byte[] start = start();
    return switch (firstSign(start)) {
      case '[', '{' -> ofObject(names(start));
      default -> ofText(start);
    };
  }

  /**
   * Returns why no format was recognized, as a sentence about the file.
   *
   * @throws IOException if the file cannot be read, or is not text
   */
  public String reasonUnrecognized() throws IOException {
    String start = new String(start(), StandardCharsets.UTF_8).strip();
    if (damage != null) {
      return FileProblem.reason(damage);
    }
    return start.isEmpty()
        ? TaskReader.NO_TASK
        : "it begins with %s, which matches no known format; give --format, or --type for records"
            .formatted(BadLineException.quote(start.lines().findFirst().orElse("")));
  }

  private static Optional<DataFormat> ofText(byte[] start) {
    if (isHeader(start)) {
      return Optional.of(DataFormat.CLUTRR_CSV);
    }
    String text = new String(start, StandardCharsets.UTF_8);
    if (ClutrrSgLines.begins(text)) {
      return Optional.of(DataFormat.CLUTRR_SG);
    }
    return BabiLines.begins(text) ? Optional.of(DataFormat.BABI) : Optional.empty();
  }

  private DataFormat byName() {
    String name = path.toString().toLowerCase(Locale.ROOT);
    return name.endsWith(".csv") || name.endsWith(".csv.gz")
        ? DataFormat.CLUTRR_CSV
        : DataFormat.RECORDS;
  }

  private static Optional<DataFormat> ofObject(Set<String> names) {
    if (names.contains("guid")) { // may have any other key, and no other format has this one
      return Optional.of(DataFormat.RECORDS);
    }
    if (names.contains("triples") || names.contains("options")) {
      return Optional.of(
          names.contains("explanation") ? DataFormat.PRONTOQA : DataFormat.PROOFWRITER);
    }
    if (names.contains("premises")) {
      return Optional.of(DataFormat.FOLIO);
    }
    if (names.contains("ordered_kv_records")) {
      return Optional.of(DataFormat.KEY_VALUE);
    }
    if (names.contains("context")) {
      return Optional.of(DataFormat.RULETAKER);
    }
    return names.contains("facts") ? Optional.of(DataFormat.RECORDS) : Optional.empty();
  }

  private byte[] start() throws IOException {
    ByteArrayOutputStream start = new ByteArrayOutputStream();
    try {
      copyStart(text(), start);
    } catch (EOFException | ZipException e) {
      damage = e;
    }
    return start.toByteArray();
  }

  private static void copyStart(InputStream in, ByteArrayOutputStream start) throws IOException {
    in.mark(START_BYTES);
    try {
      for (int next = in.read(); next >= 0 && start.size() < START_BYTES - 1; next = in.read()) {
        start.write(next);
      }
    } finally {
      in.reset();
    }
  }

  private static char firstSign(byte[] start) {
    for (byte each : start) {
      if (!Character.isWhitespace(each)) {
        return (char) each;
      }
    }
    return ' ';
  }

  /** Returns the keys of the first object, up to a malformed place. */
  private static Set<String> names(byte[] start) {
    Set<String> names = new HashSet<>();
    try (JsonParser json = Json.PLAIN.createParser(start)) {
      if (json.nextToken() == JsonToken.START_ARRAY) {
        json.nextToken();
      }
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        names.add(json.currentName());
        json.nextToken();
        json.skipChildren();
      }
    } catch (IOException e) {
      // Reported by the reader.
    }
    return names;
  }

  private static boolean isHeader(byte[] start) {
    String first =
        new String(start, StandardCharsets.UTF_8)
            .lines()
            .filter(line -> !line.isBlank())
            .findFirst()
            .orElse("");
    List<String> cells = List.of(first.replace("\"", "").split(",", -1));
    return cells.containsAll(ClutrrLines.COLUMNS);
  }

  @Override
  public void close() throws IOException {
    source.close();
  }
}
