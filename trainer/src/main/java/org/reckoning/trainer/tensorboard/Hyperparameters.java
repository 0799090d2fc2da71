package org.reckoning.trainer.tensorboard;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.UnknownFieldSet.Field;
import com.google.protobuf.Value;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.tensorflow.proto.DataClass;
import org.tensorflow.proto.SummaryMetadata;

/**
 * Builds messages of TensorBoard's hparams plugin. TensorFlow lacks their classes, so they are
 * built from the field numbers in {@code hparams/plugin_data.proto} and {@code hparams/api.proto}.
 */
final class Hyperparameters {
  static final String START_TAG = "_hparams_/session_start_info";
  static final String EXPERIMENT_TAG = "_hparams_/experiment";
  static final String END_TAG = "_hparams_/session_end_info";

  // HParamsPluginData
  private static final int EXPERIMENT = 2;
  private static final int SESSION_START_INFO = 3;
  private static final int SESSION_END_INFO = 4;
  // SessionStartInfo
  private static final int HPARAMS = 1;
  private static final int START_TIME_SECS = 5;
  // an entry of a map
  private static final int KEY = 1;
  private static final int VALUE = 2;
  // SessionEndInfo
  private static final int STATUS = 1;
  private static final int STATUS_SUCCESS = 1;
  private static final int STATUS_FAILURE = 2;
  private static final int END_TIME_SECS = 2;

  // Experiment
  private static final int TIME_CREATED_SECS = 3;
  private static final int HPARAM_INFOS = 4;
  private static final int METRIC_INFOS = 5;
  // HParamInfo
  private static final int HPARAM_NAME = 1;
  private static final int HPARAM_TYPE = 4;
  private static final int STRING = 1;
  private static final int BOOLEAN = 2;
  private static final int NUMBER = 3;
  // MetricInfo and MetricName
  private static final int METRIC_NAME = 1;
  private static final int METRIC_TAG = 2;

  private Hyperparameters() {}

  static SummaryMetadata experiment(
      Map<String, JsonNode> keys, List<String> metrics, Instant time) {
    Field.Builder keyInfos = Field.newBuilder();
    keys.forEach(
        (key, value) ->
            keyInfos.addLengthDelimited(
                UnknownFieldSet.newBuilder()
                    .addField(HPARAM_NAME, text(key))
                    .addField(HPARAM_TYPE, Field.newBuilder().addVarint(type(value)).build())
                    .build()
                    .toByteString()));
    Field.Builder metricInfos = Field.newBuilder();
    metrics.forEach(
        tag ->
            metricInfos.addLengthDelimited(
                message(METRIC_NAME, bytes(message(METRIC_TAG, text(tag))))));
    return metadata(
        EXPERIMENT,
        UnknownFieldSet.newBuilder()
            .addField(TIME_CREATED_SECS, seconds(time))
            .addField(HPARAM_INFOS, keyInfos.build())
            .addField(METRIC_INFOS, metricInfos.build()));
  }

  static SummaryMetadata start(Map<String, JsonNode> values, Instant time) {
    Field.Builder entries = Field.newBuilder();
    values.forEach(
        (key, value) -> {
          if (!value.isNull()) {
            entries.addLengthDelimited(
                UnknownFieldSet.newBuilder()
                    .addField(KEY, bytes(ByteString.copyFromUtf8(key)))
                    .addField(VALUE, bytes(value(value).toByteString()))
                    .build()
                    .toByteString());
          }
        });
    return metadata(
        SESSION_START_INFO,
        UnknownFieldSet.newBuilder()
            .addField(HPARAMS, entries.build())
            .addField(START_TIME_SECS, seconds(time)));
  }

  static SummaryMetadata end(Instant time, boolean success) {
    return metadata(
        SESSION_END_INFO,
        UnknownFieldSet.newBuilder()
            .addField(
                STATUS,
                Field.newBuilder().addVarint(success ? STATUS_SUCCESS : STATUS_FAILURE).build())
            .addField(END_TIME_SECS, seconds(time)));
  }

  private static SummaryMetadata metadata(int field, UnknownFieldSet.Builder message) {
    ByteString content =
        UnknownFieldSet.newBuilder()
            .addField(field, bytes(message.build().toByteString()))
            .build()
            .toByteString();
    return SummaryMetadata.newBuilder()
        .setPluginData(
            SummaryMetadata.PluginData.newBuilder().setPluginName("hparams").setContent(content))
        .setDataClass(DataClass.DATA_CLASS_TENSOR)
        .build();
  }

  private static int type(JsonNode node) {
    return node.isNumber() ? NUMBER : node.isBoolean() ? BOOLEAN : STRING;
  }

  private static Value value(JsonNode node) {
    if (node.isNumber()) {
      return Value.newBuilder().setNumberValue(node.doubleValue()).build();
    }
    if (node.isBoolean()) {
      return Value.newBuilder().setBoolValue(node.booleanValue()).build();
    }
    return Value.newBuilder()
        .setStringValue(node.isTextual() ? node.textValue() : node.toString())
        .build();
  }

  private static ByteString message(int number, Field field) {
    return UnknownFieldSet.newBuilder().addField(number, field).build().toByteString();
  }

  private static Field text(String text) {
    return bytes(ByteString.copyFromUtf8(text));
  }

  private static Field bytes(ByteString bytes) {
    return Field.newBuilder().addLengthDelimited(bytes).build();
  }

  private static Field seconds(Instant time) {
    return Field.newBuilder()
        .addFixed64(Double.doubleToLongBits(time.toEpochMilli() / 1e3))
        .build();
  }
}
