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
 * An event file of TensorBoard. A directory with an event file is a run in TensorBoard:
 *
 * <pre>{@code
 * try (EventFile events = EventFile.create(Path.of("outputs/demo/tensorboard"))) {
 *   events.scalar("outer/loss", 1, 3.685);
 *   events.scalar("outer/loss", 2, 0.078);
 * }
 * }</pre>
 *
 * <p>The part of a tag before the first slash groups the charts. {@link #flush} writes all added
 * records to the file. If the process is killed while writing, the last record may be incomplete,
 * and TensorBoard ignores it.
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
   * Creates an event file, and its directory if necessary.
   *
   * @throws FileAlreadyExistsException if the directory has an event file; TensorBoard follows only
   *     the newest file of a directory
   */
  public static EventFile create(Path directory) throws IOException {
    return create(directory, Clock.systemUTC());
  }

  static EventFile create(Path directory, Clock clock) throws IOException {
    Files.createDirectories(directory);
    if (isIn(directory)) {
      throw new FileAlreadyExistsException(
          directory.toString(), null, "already has an event file; use another directory");
    }
    String name =
        NAME_PREFIX + clock.instant().getEpochSecond() + "." + ProcessHandle.current().pid();
    Path path = directory.resolve(name);
    var out = Files.newOutputStream(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    EventFile file = new EventFile(path, new RecordOutput(FileProblem.naming(path, out)), clock);
    file.write(file.event(0).setFileVersion(VERSION));
    return file;
  }

  /** Returns whether a directory exists and has an event file. */
  public static boolean isIn(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return false;
    }
    try (Stream<Path> files = Files.list(directory)) {
      return files.anyMatch(file -> file.getFileName().toString().startsWith(NAME_PREFIX));
    }
  }

  /** Returns the path of the file. */
  public Path path() {
    return path;
  }

  /** Adds a point to a curve. The value is stored as a float. */
  public void scalar(String tag, long step, double value) throws IOException {
    TensorProto tensor =
        TensorProto.newBuilder()
            .setDtype(DataType.DT_FLOAT)
            .setTensorShape(TensorShapeProto.getDefaultInstance())
            .addFloatVal((float) value)
            .build();
    add(tag, step, metadata("scalars", DataClass.DATA_CLASS_SCALAR), tensor);
  }

  /** Adds the distribution of values at a step, without values that are not finite. */
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
   * @param markdown the text, which TensorBoard renders
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
   * Adds charts with several curves to the Custom Scalars page.
   *
   * @param charts map from title of a chart to a regular expression of its tags
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

  /** Adds a static graph; a file has at most one. */
  public void graph(GraphDef graph) throws IOException {
    write(event(0).setGraphDef(graph.toByteString()));
  }

  /**
   * Adds the times of the graph's nodes.
   *
   * @param tag the name on the Graphs page
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
   * Adds the hyperparameters of this run for the HParams page. Lists are shown as text; null is
   * omitted.
   */
  public void hyperparameters(Map<String, JsonNode> values) throws IOException {
    add(Hyperparameters.START_TAG, 0, Hyperparameters.start(values, clock.instant()));
  }

  /**
   * Adds the keys and metrics that the HParams page compares. Such a file belongs into a directory
   * of its own above the runs.
   *
   * @param keys hyperparameters in their order, each with an example value
   * @param metrics tags of scalars
   */
  public void experiment(Map<String, JsonNode> keys, List<String> metrics) throws IOException {
    add(
        Hyperparameters.EXPERIMENT_TAG,
        0,
        Hyperparameters.experiment(keys, metrics, clock.instant()));
  }

  /** Marks the run as finished for the HParams page, with success or with a failure. */
  public void ended(boolean success) throws IOException {
    add(Hyperparameters.END_TAG, 0, Hyperparameters.end(clock.instant(), success));
  }

  /** Writes all added records to the file. */
  public void flush() throws IOException {
    records.flush();
  }

  @Override
  public void close() throws IOException {
    records.close();
  }

  /** Adds a value of metadata only; the plugin requires a tensor, so it is empty. */
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
