package org.reckoning.cli.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.reckoning.cli.config.Configurations;
import org.reckoning.trainer.config.RunConfig;
import org.reckoning.trainer.config.YamlDocument;

class StudyDirectoryTest {
  @Test
  void creation_thatFails_leavesNoDirectory(@TempDir Path directory) {
    YamlDocument yaml =
        YamlDocument.of(
            """
            question: Is it removed?
            runs: {weights: []}
            sizes: {quick: {seeds: [1, 2]}}
            """,
            "s.yaml",
            key -> !key.endsWith(".seeds"));
    StudyFile file = StudyFile.of(yaml.root(), "s.yaml");
    StudyPlan plan = StudyPlan.of("mine", file, "quick", List.of());
    List<RunConfig> first = plan.configs(new Configurations(null), file).subList(0, 1);

    assertThatThrownBy(
            () -> StudyDirectory.createIn(directory.resolve("study"), plan, yaml.root(), first))
        .isInstanceOf(IndexOutOfBoundsException.class);

    assertThat(directory).isEmptyDirectory();
  }
}
