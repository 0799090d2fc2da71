package org.reckoning.cli.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.reckoning.trainer.config.RunConfig;
import org.reckoning.trainer.files.Json;

/** The schema of configuration files. */
class ConfigSchemaTest {
  private static final Path HOME =
      Path.of(Objects.requireNonNullElse(System.getProperty(ConfigOptions.HOME), ".."));

  private final String schema = ConfigSchema.of(new Configurations(null));

  @Test
  void committedFile_isTheSchemaOfTheKeys() throws IOException {
    assertThat(Files.readString(HOME.resolve("configs/schema.json")))
        .as("./reckoning config --schema > configs/schema.json")
        .isEqualTo(schema);
  }

  @Test
  void everyKey_hasADocumentationDefaultAndType() throws IOException {
    JsonNode definitions = Json.STRICT.readTree(schema).get("definitions");
    for (String key : RunConfig.keys()) {
      int dot = key.indexOf('.');
      JsonNode map = definitions.get(dot < 0 ? "run" : key.substring(0, dot));
      JsonNode found = map.get("properties").get(key.substring(dot + 1));

      assertThat(found.get("description").textValue()).as(key).isNotBlank();
      assertThat(found.has("default")).as(key).isTrue();
      assertThat(found.get("anyOf").size()).as(key).isBetween(2, 3);
    }
  }
}
