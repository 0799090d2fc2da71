package org.reckoning.trainer.tensorboard;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.reckoning.trainer.files.FileProblem;
import org.tensorflow.proto.DataClass;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.Event;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.RunMetadata;
import org.tensorflow.proto.StepStats;
import org.tensorflow.proto.Summary;
import org.tensorflow.proto.SummaryMetadata;
import org.tensorflow.proto.TaggedRunMetadata;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

/**
 * A file that TensorBoard reads. A directory with one is a run in TensorBoard:
 *
 * <pre>{@code
 * try (EventFile events = EventFile.create(Path.of("outputs/demo/tensorboard"))) {
 *   events.scalar("outer/loss", 1, 3.685);
 *   events.scalar("outer/loss", 2, 0.078);
 * }
 * }</pre>
 *
 * <p>Of tags, the part before the first slash groups the charts. What was added is in the file
 * after {@link #flush}, whole records only unless the process is killed while it writes;
 * TensorBoard leaves out an unfinished last record.
 */
public final class EventFile implements Closeable {
  private static final String VERSION = "brain.Event:2";
  private static final String NAME_PREFIX = "events.out.tfevents.";
  private static final double MILLIS = 1e3;

  private final Path path;
  private final RecordOutput records;
  private final Clock clock;

  private EventFile(Path path, RecordOutput records, Clock clock) {
    this.path = path;
    this.records = records;
    this.clock = clock;
  }

  /**
   * Creates a file, and the directory if there is none.
   *
   * @throws FileAlreadyExistsException if the directory has an event file: TensorBoard follows only
   *     the newest one of a directory
   */
  public static EventFile create(Path directory) throws IOException {
    return create(directory, Clock.systemUTC());
  }

  static EventFile create(Path directory, Clock clock) throws IOException {
    Files.createDirectories(directory);
    if (isIn(directory)) {
      throw new FileAlreadyExistsException(
          directory.toString(), null, "has an event file, another one needs another directory");
    }
    String name =
        NAME_PREFIX + clock.instant().getEpochSecond() + "." + ProcessHandle.current().pid();
    Path path = directory.resolve(name);
    var out = Files.newOutputStream(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    EventFile file = new EventFile(path, new RecordOutput(FileProblem.naming(path, out)), clock);
    file.write(file.event(0).setFileVersion(VERSION));
    return file;
  }

  /** Returns whether a directory has an event file; false if there is no such directory. */
  public static boolean isIn(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return false;
    }
    try (Stream<Path> files = Files.list(directory)) {
      return files.anyMatch(file -> file.getFileName().toString().startsWith(NAME_PREFIX));
    }
  }

  /** Returns where the file is. */
  public Path path() {
    return path;
  }

  /** Adds a point of a curve. It is stored as a float. */
  public void scalar(String tag, long step, double value) throws IOException {
    TensorProto tensor =
        TensorProto.newBuilder()
            .setDtype(DataType.DT_FLOAT)
            .setTensorShape(TensorShapeProto.getDefaultInstance())
            .addFloatVal((float) value)
            .build();
    add(tag, step, metadata("scalars", DataClass.DATA_CLASS_SCALAR), tensor);
  }

  /** Adds the distribution of values at a step. Values that are not finite are left out. */
  public void histogram(String tag, long step, double[] values) throws IOException {
    double[][] buckets = HistogramBuckets.of(values);
    TensorProto.Builder tensor =
        TensorProto.newBuilder()
            .setDtype(DataType.DT_DOUBLE)
            .setTensorShape(shape(buckets.length, HistogramBuckets.COLUMNS));
    for (double[] bucket : buckets) {
      for (double number : bucket) {
        tensor.addDoubleVal(number);
      }
    }
    add(tag, step, metadata("histograms", DataClass.DATA_CLASS_TENSOR), tensor.build());
  }

  /**
   * Adds a text.
   *
   * @param markdown is rendered
   */
  public void text(String tag, long step, String markdown) throws IOException {
    TensorProto tensor =
        TensorProto.newBuilder()
            .setDtype(DataType.DT_STRING)
            .setTensorShape(TensorShapeProto.getDefaultInstance())
            .addStringVal(ByteString.copyFromUtf8(markdown))
            .build();
    add(tag, step, metadata("text", DataClass.DATA_CLASS_TENSOR), tensor);
  }

  /**
   * Adds a picture.
   *
   * @param png the bytes of a PNG file
   */
  public void image(String tag, long step, int width, int height, byte[] png) throws IOException {
    TensorProto tensor =
        TensorProto.newBuilder()
            .setDtype(DataType.DT_STRING)
            .setTensorShape(shape(3))
            .addStringVal(ByteString.copyFromUtf8(Integer.toString(width)))
            .addStringVal(ByteString.copyFromUtf8(Integer.toString(height)))
            .addStringVal(ByteString.copyFrom(png))
            .build();
    add(tag, step, metadata("images", DataClass.DATA_CLASS_BLOB_SEQUENCE), tensor);
  }

  /**
   * Puts several curves into one chart of the Custom Scalars page.
   *
   * @param charts by title: the tags of a chart, as a regular expression
   */
  public void charts(String category, Map<String, String> charts) throws IOException {
    TensorProto tensor =
        TensorProto.newBuilder()
            .setDtype(DataType.DT_STRING)
            .setTensorShape(TensorShapeProto.getDefaultInstance())
            .addStringVal(ChartLayout.of(category, charts))
            .build();
    add(ChartLayout.TAG, 0, metadata("custom_scalars", DataClass.DATA_CLASS_TENSOR), tensor);
  }

  /** Adds the picture of a static graph; a file has one at most. */
  public void graph(GraphDef graph) throws IOException {
    write(event(0).setGraphDef(graph.toByteString()));
  }

  /**
   * Adds the times of the nodes of the graph.
   *
   * @param tag under which the Graphs page offers them
   */
  public void stepStats(String tag, long step, StepStats stats) throws IOException {
    RunMetadata metadata = RunMetadata.newBuilder().setStepStats(stats).build();
    write(
        event(step)
            .setTaggedRunMetadata(
                TaggedRunMetadata.newBuilder()
                    .setTag(tag)
                    .setRunMetadata(metadata.toByteString())));
  }

  /**
   * Says with what values this run was made: the HParams page compares runs by them. Lists are
   * shown as text, null is left out.
   */
  public void hyperparameters(Map<String, JsonNode> values) throws IOException {
    add(Hyperparameters.START_TAG, 0, Hyperparameters.start(values, clock.instant()));
  }

  /**
   * Says what the HParams page compares: in a directory of its own above those of the runs.
   *
   * @param keys hyperparameters, in their order, with one of their values
   * @param metrics tags of scalars
   */
  public void experiment(Map<String, JsonNode> keys, List<String> metrics) throws IOException {
    add(
        Hyperparameters.EXPERIMENT_TAG,
        0,
        Hyperparameters.experiment(keys, metrics, clock.instant()));
  }

  /** Tells the HParams page that the run has ended. */
  public void ended() throws IOException {
    add(Hyperparameters.END_TAG, 0, Hyperparameters.end(clock.instant()));
  }

  /** Makes everything that was added visible to readers. */
  public void flush() throws IOException {
    records.flush();
  }

  @Override
  public void close() throws IOException {
    records.close();
  }

  /** Adds a value that is all metadata; the plugin wants a tensor none the less. */
  private void add(String tag, long step, SummaryMetadata metadata) throws IOException {
    TensorProto nothing =
        TensorProto.newBuilder().setDtype(DataType.DT_FLOAT).setTensorShape(shape(0)).build();
    add(tag, step, metadata, nothing);
  }

  private void add(String tag, long step, SummaryMetadata metadata, TensorProto tensor)
      throws IOException {
    Summary.Value value =
        Summary.Value.newBuilder().setTag(tag).setMetadata(metadata).setTensor(tensor).build();
    write(event(step).setSummary(Summary.newBuilder().addValue(value)));
  }

  private Event.Builder event(long step) {
    return Event.newBuilder().setWallTime(clock.millis() / MILLIS).setStep(step);
  }

  private void write(Event.Builder event) throws IOException {
    records.write(event.build().toByteArray());
  }

  private static SummaryMetadata metadata(String plugin, DataClass dataClass) {
    return SummaryMetadata.newBuilder()
        .setPluginData(SummaryMetadata.PluginData.newBuilder().setPluginName(plugin))
        .setDataClass(dataClass)
        .build();
  }

  private static TensorShapeProto shape(long... sizes) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (long size : sizes) {
      shape.addDim(TensorShapeProto.Dim.newBuilder().setSize(size));
    }
    return shape.build();
  }
}
