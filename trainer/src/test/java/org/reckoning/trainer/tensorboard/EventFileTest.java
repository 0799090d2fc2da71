package org.reckoning.trainer.tensorboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.Value;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.EagerSession;
import org.tensorflow.Output;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.summary.SummaryWriter;
import org.tensorflow.proto.DataClass;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.DeviceStepStats;
import org.tensorflow.proto.Event;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.NodeExecStats;
import org.tensorflow.proto.RunMetadata;
import org.tensorflow.proto.StepStats;
import org.tensorflow.proto.Summary;
import org.tensorflow.types.TString;
import org.tensorflow.types.family.TType;

class EventFileTest {
  private static final Clock CLOCK =
      Clock.fixed(Instant.ofEpochMilli(1_700_000_000_500L), ZoneOffset.UTC);

  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  private Path directory;

  @Test
  void file_hasVersionTimeAndName() throws IOException {
    EventFile.create(directory, CLOCK).close();
    Path file = EventFileReader.onlyFile(directory);
    assertThat(file.getFileName().toString()).startsWith("events.out.tfevents.1700000000.");
    assertThat(EventFileReader.read(file))
        .containsExactly(
            Event.newBuilder()
                .setWallTime(1_700_000_000.5)
                .setFileVersion("brain.Event:2")
                .build());
  }

  @Test
  void scalar_isAFloatOfTheScalarsPlugin() throws IOException {
    try (EventFile events = EventFile.create(directory, CLOCK)) {
      events.scalar("outer/loss", 12, 0.1);
      events.scalar("outer/loss", 13, Double.NaN);
    }
    List<Event> events = EventFileReader.read(EventFileReader.onlyFile(directory));
    assertThat(events).hasSize(3);
    assertThat(events.get(1).getStep()).isEqualTo(12);
    Summary.Value value = events.get(1).getSummary().getValue(0);
    assertThat(value.getTag()).isEqualTo("outer/loss");
    assertThat(value.getMetadata().getPluginData().getPluginName()).isEqualTo("scalars");
    assertThat(value.getMetadata().getDataClass()).isEqualTo(DataClass.DATA_CLASS_SCALAR);
    assertThat(value.getTensor().getDtype()).isEqualTo(DataType.DT_FLOAT);
    assertThat(value.getTensor().getTensorShape().getDimCount()).isZero();
    assertThat(value.getTensor().getFloatValList()).containsExactly(0.1f);
    assertThat(events.get(2).getSummary().getValue(0).getTensor().getFloatVal(0)).isNaN();
  }

  @Test
  void histogram_isATensorOfBuckets() throws IOException {
    try (EventFile events = EventFile.create(directory, CLOCK)) {
      events.histogram("inner_rates/step_0", 3, new double[] {0, 1, 1});
    }
    Summary.Value value = EventFileReader.values(EventFileReader.onlyFile(directory)).get(0);
    assertThat(value.getMetadata().getPluginData().getPluginName()).isEqualTo("histograms");
    assertThat(value.getMetadata().getDataClass()).isEqualTo(DataClass.DATA_CLASS_TENSOR);
    assertThat(value.getTensor().getDtype()).isEqualTo(DataType.DT_DOUBLE);
    assertThat(value.getTensor().getTensorShape().getDim(0).getSize()).isEqualTo(30);
    assertThat(value.getTensor().getTensorShape().getDim(1).getSize()).isEqualTo(3);
    assertThat(value.getTensor().getDoubleValList())
        .hasSize(90)
        .startsWith(0.0, 1 / 30.0, 1.0)
        .endsWith(29 / 30.0, 1.0, 2.0);
  }

  @Test
  void image_isWidthHeightAndPng() throws IOException {
    byte[] png = Picture.png(3, 2, graphics -> {});
    try (EventFile events = EventFile.create(directory, CLOCK)) {
      events.image("rates", 3, 3, 2, png);
    }
    Summary.Value value = EventFileReader.values(EventFileReader.onlyFile(directory)).get(0);
    assertThat(value.getMetadata().getPluginData().getPluginName()).isEqualTo("images");
    assertThat(value.getMetadata().getDataClass()).isEqualTo(DataClass.DATA_CLASS_BLOB_SEQUENCE);
    assertThat(value.getTensor().getDtype()).isEqualTo(DataType.DT_STRING);
    assertThat(value.getTensor().getTensorShape().getDim(0).getSize()).isEqualTo(3);
    assertThat(value.getTensor().getStringValList())
        .containsExactly(
            ByteString.copyFromUtf8("3"), ByteString.copyFromUtf8("2"), ByteString.copyFrom(png));
  }

  @Test
  void charts_areALayoutOfTheCustomScalarsPlugin() throws IOException {
    try (EventFile events = EventFile.create(directory, CLOCK)) {
      events.charts("inner loop", Map.of("losses", "inner_loss/.*"));
    }
    Summary.Value value = EventFileReader.values(EventFileReader.onlyFile(directory)).get(0);
    assertThat(value.getTag()).isEqualTo("custom_scalars__config__");
    assertThat(value.getMetadata().getPluginData().getPluginName()).isEqualTo("custom_scalars");
    UnknownFieldSet category =
        message(UnknownFieldSet.parseFrom(value.getTensor().getStringVal(0)), 2);
    assertThat(text(category, 1)).isEqualTo("inner loop");
    assertThat(text(message(category, 2), 1)).isEqualTo("losses");
    assertThat(text(message(message(category, 2), 2), 1)).isEqualTo("inner_loss/.*");
  }

  @Test
  void experiment_hasKeysWithTypesAndMetrics() throws IOException {
    try (EventFile events = EventFile.create(directory, CLOCK)) {
      events.experiment(
          Map.of("inner_lr", new ObjectMapper().readTree("0.1")), List.of("eval/test/loss"));
    }
    Summary.Value value = EventFileReader.values(EventFileReader.onlyFile(directory)).get(0);
    assertThat(value.getTag()).isEqualTo("_hparams_/experiment");
    UnknownFieldSet experiment = message(content(value), 2);
    assertThat(text(message(experiment, 4), 1)).isEqualTo("inner_lr");
    assertThat(message(experiment, 4).getField(4).getVarintList()).containsExactly(3L); // a number
    assertThat(text(message(message(experiment, 5), 1), 2)).isEqualTo("eval/test/loss");
  }

  @Test
  void graphAndStepStats_areEventsOfTheirOwn() throws IOException {
    GraphDef graph = GraphDef.newBuilder().addNode(NodeDef.newBuilder().setName("x")).build();
    StepStats stats =
        StepStats.newBuilder()
            .addDevStats(
                DeviceStepStats.newBuilder()
                    .setDevice("/device:CPU:0")
                    .addNodeStats(
                        NodeExecStats.newBuilder().setNodeName("x").setAllEndRelMicros(7)))
            .build();
    try (EventFile events = EventFile.create(directory, CLOCK)) {
      events.graph(graph);
      events.stepStats("training step", 1, stats);
    }
    List<Event> events = EventFileReader.read(EventFileReader.onlyFile(directory));
    assertThat(GraphDef.parseFrom(events.get(1).getGraphDef())).isEqualTo(graph);
    assertThat(events.get(2).getTaggedRunMetadata().getTag()).isEqualTo("training step");
    assertThat(
            RunMetadata.parseFrom(events.get(2).getTaggedRunMetadata().getRunMetadata())
                .getStepStats())
        .isEqualTo(stats);
  }

  @Test
  void hyperparameters_areThoseOfTheSession() throws IOException {
    Map<String, JsonNode> values = new LinkedHashMap<>();
    new ObjectMapper()
        .readTree("{\"lr\": 0.5, \"learn\": true, \"opt\": \"sgd\", \"hops\": [2], \"no\": null}")
        .properties()
        .forEach(each -> values.put(each.getKey(), each.getValue()));
    try (EventFile events = EventFile.create(directory, CLOCK)) {
      events.hyperparameters(values);
      events.ended(true);
    }
    List<Summary.Value> written = EventFileReader.values(EventFileReader.onlyFile(directory));
    assertThat(written)
        .extracting(Summary.Value::getTag)
        .containsExactly("_hparams_/session_start_info", "_hparams_/session_end_info");
    UnknownFieldSet start = message(content(written.get(0)), 3);
    Map<String, Value> read = new LinkedHashMap<>();
    for (var bytes : start.getField(1).getLengthDelimitedList()) {
      UnknownFieldSet entry = UnknownFieldSet.parseFrom(bytes);
      read.put(
          entry.getField(1).getLengthDelimitedList().get(0).toStringUtf8(),
          Value.parseFrom(entry.getField(2).getLengthDelimitedList().get(0)));
    }
    assertThat(read)
        .containsExactly(
            Map.entry("lr", Value.newBuilder().setNumberValue(0.5).build()),
            Map.entry("learn", Value.newBuilder().setBoolValue(true).build()),
            Map.entry("opt", Value.newBuilder().setStringValue("sgd").build()),
            Map.entry("hops", Value.newBuilder().setStringValue("[2]").build()));
    assertThat(start.getField(5).getFixed64List())
        .containsExactly(Double.doubleToLongBits(1_700_000_000.5));
    assertThat(message(content(written.get(1)), 4).getField(1).getVarintList()).containsExactly(1L);
  }

  @Test
  void end_ofARunThatFailed_isAFailure() throws IOException {
    try (EventFile events = EventFile.create(directory, CLOCK)) {
      events.ended(false);
    }
    List<Summary.Value> written = EventFileReader.values(EventFileReader.onlyFile(directory));
    assertThat(message(content(written.get(0)), 4).getField(1).getVarintList()).containsExactly(2L);
  }

  @Test
  void create_besideAnEventFile_fails() throws IOException {
    assertThat(EventFile.isIn(directory.resolve("none"))).isFalse();
    assertThat(EventFile.isIn(directory)).isFalse();
    EventFile.create(directory).close();
    assertThat(EventFile.isIn(directory)).isTrue();
    assertThatExceptionOfType(FileAlreadyExistsException.class)
        .isThrownBy(() -> EventFile.create(directory))
        .withMessage(directory + ": already has an event file; use another directory");
  }

  @Test
  void flush_showsWhatWasAdded() throws IOException {
    try (EventFile events = EventFile.create(directory)) {
      events.scalar("a", 1, 1);
      events.flush();
      assertThat(EventFileReader.read(events.path())).hasSize(2);
    }
  }

  /** The oracle for the framing: TensorFlow checks the checksums of what it reads. */
  @Test
  void file_isReadByTensorFlow() throws IOException {
    try (EventFile events = EventFile.create(directory)) {
      events.scalar("outer/loss", 1, 0.5);
      events.histogram("rates", 1, new double[] {1, 2});
      events.text("run/summary", 0, "text");
    }
    Path file = EventFileReader.onlyFile(directory);
    List<Event> expected = EventFileReader.read(file);
    List<Event> read = new ArrayList<>();
    try (EagerSession eager = EagerSession.create()) {
      Ops tf = Ops.create(eager);
      // Not tf.data.tfRecordDataset: its op cannot be iterated over in TensorFlow 2.18.
      Output<TType> records =
          eager
              .opBuilder("TFRecordDataset", "records", tf.scope())
              .addInput(tf.constant(file.toString()).asOutput())
              .addInput(tf.constant("").asOutput())
              .addInput(tf.constant(0L).asOutput())
              .build()
              .output(0);
      var iterator = tf.data.anonymousIterator(List.of(TString.class), List.of(Shape.scalar()));
      tf.data.makeIterator(records, iterator.handle());
      for (int i = 0; i < expected.size(); i++) {
        var next =
            tf.data.iteratorGetNext(
                iterator.handle(), List.of(TString.class), List.of(Shape.scalar()));
        try (TString record = (TString) next.components().get(0).asTensor()) {
          read.add(Event.parseFrom(record.asBytes().getObject()));
        }
      }
    }
    assertThat(read).isEqualTo(expected);
  }

  /** The oracle for the whole file: TensorFlow's own writer, given the same values. */
  @Test
  void file_hasTheEventsOfTensorFlowsWriter() throws IOException {
    Path ours = directory.resolve("ours");
    Path theirs = directory.resolve("theirs");
    try (EventFile events = EventFile.create(ours)) {
      events.scalar("outer/loss", 7, 0.1);
      events.text("run/summary", 8, "a text");
    }
    List<Event> expected = EventFileReader.read(EventFileReader.onlyFile(ours));
    try (EagerSession eager = EagerSession.create()) {
      Ops tf = Ops.create(eager);
      var writer = tf.summary.summaryWriter(SummaryWriter.sharedName("oracle"));
      tf.summary.createSummaryFileWriter(
          writer,
          tf.constant(theirs.toString()),
          tf.constant(10),
          tf.constant(1000),
          tf.constant(""));
      for (Event event : expected.subList(1, expected.size())) {
        Summary.Value value = event.getSummary().getValue(0);
        try (TString metadata =
            TString.tensorOfBytes(NdArrays.scalarOfObject(value.getMetadata().toByteArray()))) {
          tf.summary.writeSummary(
              writer,
              tf.constant(event.getStep()),
              value.getTag().equals("outer/loss") ? tf.constant(0.1f) : tf.constant("a text"),
              tf.constant(value.getTag()),
              tf.constantOf(metadata));
        }
      }
      tf.summary.flushSummaryWriter(writer);
      tf.summary.closeSummaryWriter(writer);
    }
    List<Event> written = EventFileReader.read(EventFileReader.onlyFile(theirs));
    assertThat(written)
        .extracting(EventFileTest::comparable)
        .hasSize(3)
        .isEqualTo(expected.stream().map(EventFileTest::comparable).toList());
  }

  /** Without what no reader minds: the time, the name of the program, how a float is stored. */
  private static Event comparable(Event event) {
    Event.Builder builder = event.toBuilder().clearWallTime().clearSourceMetadata();
    if (!event.hasSummary()) {
      return builder.build();
    }
    for (Summary.Value.Builder value : builder.getSummaryBuilder().getValueBuilderList()) {
      ByteString content = value.getTensor().getTensorContent();
      if (!content.isEmpty()) {
        float number = content.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN).getFloat();
        value.getTensorBuilder().clearTensorContent().addFloatVal(number);
      }
    }
    return builder.build();
  }

  private static UnknownFieldSet content(Summary.Value value) throws IOException {
    assertThat(value.getMetadata().getPluginData().getPluginName()).isEqualTo("hparams");
    return UnknownFieldSet.parseFrom(value.getMetadata().getPluginData().getContent());
  }

  private static UnknownFieldSet message(UnknownFieldSet set, int field) throws IOException {
    return UnknownFieldSet.parseFrom(set.getField(field).getLengthDelimitedList().get(0));
  }

  private static String text(UnknownFieldSet message, int field) {
    return message.getField(field).getLengthDelimitedList().get(0).toStringUtf8();
  }
}
