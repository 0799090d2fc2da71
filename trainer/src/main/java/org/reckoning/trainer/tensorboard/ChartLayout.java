package org.reckoning.trainer.tensorboard;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.UnknownFieldSet.Field;
import java.util.Map;

/**
 * Builds the message of TensorBoard's custom_scalars plugin from the field numbers of {@code
 * custom_scalar/layout.proto}.
 */
final class ChartLayout {
  static final String TAG = "custom_scalars__config__";

  // Layout
  private static final int CATEGORY = 2;
  // Category
  private static final int CATEGORY_TITLE = 1;
  private static final int CHART = 2;
  // Chart
  private static final int CHART_TITLE = 1;
  private static final int MULTILINE = 2;
  // MultilineChartContent
  private static final int TAGS = 1;

  private ChartLayout() {}

  /** Returns the layout of one category of charts. */
  static ByteString of(String title, Map<String, String> charts) {
    Field.Builder all = Field.newBuilder();
    charts.forEach(
        (chart, tags) ->
            all.addLengthDelimited(
                UnknownFieldSet.newBuilder()
                    .addField(CHART_TITLE, field(ByteString.copyFromUtf8(chart)))
                    .addField(MULTILINE, field(message(TAGS, field(ByteString.copyFromUtf8(tags)))))
                    .build()
                    .toByteString()));
    return message(
        CATEGORY,
        field(
            UnknownFieldSet.newBuilder()
                .addField(CATEGORY_TITLE, field(ByteString.copyFromUtf8(title)))
                .addField(CHART, all.build())
                .build()
                .toByteString()));
  }

  private static ByteString message(int number, Field field) {
    return UnknownFieldSet.newBuilder().addField(number, field).build().toByteString();
  }

  private static Field field(ByteString bytes) {
    return Field.newBuilder().addLengthDelimited(bytes).build();
  }
}
