package org.reckoning.graph.serving;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.reckoning.graph.program.Micro;

/** Other tests beside it would have the digits of its locale in their messages. */
@Isolated
class ServingLocaleTest {
  @TempDir Path directory;

  @Test
  void export_inALocaleWithOtherDigits_hasTheSameTexts() throws IOException {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.forLanguageTag("ar-EG"));
    Path model;
    try (var reference = Micro.program(Micro.config(1))) {
      model = ServingProgramTest.exported(directory, Micro.config(1), reference, false);
    } finally {
      Locale.setDefault(before);
    }
    String graph =
        new String(Files.readAllBytes(model.resolve("saved_model.pb")), StandardCharsets.UTF_8);
    assertThat(graph)
        .contains("max_new_tokens must be 1 to " + ServingProgramTest.LIMITS.newTokens())
        .contains("_lengths must be ")
        .doesNotContainPattern("[\u0660-\u0669]");
  }
}
