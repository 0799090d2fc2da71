package org.reckoning.trainer.weights.published;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reckoning.trainer.weights.Gpt2Weights;

class HubCacheTest {
  private static final String HASH = "607a30d783dfa663caf39e06633721c8d4cfcd7e";

  @TempDir Path hub;

  /** As huggingface_hub lays it out: files are links into blobs. */
  @BeforeEach
  void download() throws IOException {
    for (String model : new String[] {"models--gpt2", "models--openai-community--gpt2"}) {
      Path snapshot = Files.createDirectories(hub.resolve(model).resolve("snapshots/" + HASH));
      Path blobs = Files.createDirectory(hub.resolve(model).resolve("blobs"));
      for (String name : new String[] {"config.json", "model.safetensors"}) {
        Files.copy(GoldenLogits.MICRO.resolve(name), blobs.resolve("blob-of-" + name));
        Files.createSymbolicLink(
            snapshot.resolve(name), Path.of("../../blobs").resolve("blob-of-" + name));
      }
      Files.createDirectory(hub.resolve(model).resolve("refs"));
      Files.writeString(hub.resolve(model).resolve("refs/main"), HASH);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "models--gpt2",
        "models--gpt2/snapshots/" + HASH,
        "models--gpt2/snapshots/" + HASH + "/model.safetensors",
        "gpt2",
        "openai-community/gpt2",
        "models--openai-community--gpt2"
      })
  void open_ofAModelInTheCache_findsItsSnapshot(String named) throws IOException {
    try (Gpt2Weights read = PublishedWeights.open(hub.resolve(named))) {
      GoldenLogits.check(read);
    }
  }

  @Test
  void open_ofSeveralSnapshots_takesTheOneOfMain_orAsks() throws IOException {
    Path model = hub.resolve("models--gpt2");
    Files.createDirectory(model.resolve("snapshots/other"));
    PublishedWeights.open(model).close();
    Files.delete(model.resolve("refs/main"));
    assertThatIOException()
        .isThrownBy(() -> PublishedWeights.open(model))
        .withMessage(
            "%s: must have the file refs/main or a single snapshot but has [%s, other]; give the path of one",
            model, HASH);
    Files.writeString(model.resolve("refs/main"), "../../elsewhere");
    assertThatIOException()
        .isThrownBy(() -> PublishedWeights.open(model))
        .withMessageContaining("names the missing snapshot '../../elsewhere'");
  }

  @Test
  void open_ofADownloadThatIsNotComplete_saysSo() throws IOException {
    Files.delete(hub.resolve("models--gpt2/blobs/blob-of-model.safetensors"));
    assertThatIOException()
        .isThrownBy(() -> PublishedWeights.open(hub.resolve("gpt2")))
        .withMessageEndingWith("is a link to a missing file; download the model again");
  }

  @Test
  void open_ofTheWholeCache_namesAModelInIt() {
    assertThatIOException()
        .isThrownBy(() -> PublishedWeights.open(hub))
        .withMessageEndingWith("; this cache holds " + hub.resolve("models--gpt2"));
    assertThat(hub.resolve("gpt3")).doesNotExist();
    assertThatIOException()
        .isThrownBy(() -> PublishedWeights.open(hub.resolve("gpt3")))
        .withMessageEndingWith("no such file or directory");
  }
}
