package org.reckoning.trainer.tensorboard;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.tensorflow.proto.Event;
import org.tensorflow.proto.Summary;

/** Reads event files back, and checks their checksums. */
public final class EventFileReader {
  private EventFileReader() {}

  /** Returns the only event file of a directory. */
  public static Path onlyFile(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      List<Path> found = files.filter(Files::isRegularFile).toList();
      assertThat(found).hasSize(1);
      return found.get(0);
    }
  }

  /** Returns all events; fails if the last record is not whole. */
  public static List<Event> read(Path file) throws IOException {
    List<Event> events = new ArrayList<>();
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining()) {
      int start = bytes.position();
      int length = Math.toIntExact(bytes.getLong());
      byte[] header = Arrays.copyOfRange(bytes.array(), start, start + Long.BYTES);
      assertThat(bytes.getInt()).isEqualTo(RecordOutput.checksum(header));
      byte[] data = new byte[length];
      bytes.get(data);
      assertThat(bytes.getInt()).isEqualTo(RecordOutput.checksum(data));
      events.add(Event.parseFrom(data));
    }
    return events;
  }

  /** Returns the values of all summaries. */
  public static List<Summary.Value> values(Path file) throws IOException {
    return read(file).stream()
        .flatMap(event -> event.getSummary().getValueList().stream())
        .toList();
  }
}
