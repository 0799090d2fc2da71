package org.reckoning.cli.study;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.reckoning.cli.config.ConfigOptions;
import org.reckoning.trainer.files.Json;

/** The part of {@code configs/schema.json} about studies, which is written by hand. */
class StudySchemaTest {
  private static final Path SCHEMA =
      Path.of(
          Objects.requireNonNullElse(System.getProperty(ConfigOptions.HOME), ".."),
          "configs/schema.json");

  static List<Arguments> parts() {
    return List.of(
        Arguments.of("", StudyFile.class),
        Arguments.of(
            "/properties/examinations/additionalProperties/anyOf/1", StudyExamination.class),
        Arguments.of("/properties/search", Search.class),
        Arguments.of("/properties/equal_flops", EqualFlops.class),
        Arguments.of("/properties/sizes/additionalProperties", StudyFile.Size.class),
        Arguments.of("/properties/pictures/additionalProperties", StudyFile.Picture.class));
  }

  @ParameterizedTest(name = "study{0}")
  @MethodSource("parts")
  void schema_hasTheKeysOfAStudy(String part, Class<? extends Record> type) throws IOException {
    JsonNode schema =
        Json.PLAIN.readTree(SCHEMA.toFile()).at("/definitions/study" + part + "/properties");

    assertThat(schema.fieldNames())
        .toIterable()
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(type.getRecordComponents())
                .map(component -> new SnakeCaseStrategy().translate(component.getName()))
                .toList());
  }
}
