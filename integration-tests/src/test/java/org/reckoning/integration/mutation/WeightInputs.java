package org.reckoning.integration.mutation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.reckoning.trainer.weights.published.Gpt2ConfigFile;

/** Inputs of published weights: sizes, tensors, headers and an index of shards. */
final class WeightInputs {
  private static final Path MICRO = Path.of("src/test/resources/golden/gpt2-micro");
  private static final String CONFIG = "config.json";
  private static final String TENSORS = "model.safetensors";
  private static final ObjectMapper JSON = new ObjectMapper();

  private WeightInputs() {}

  static Inputs oneFile(Path folder) throws IOException {
    Path config = Files.copy(MICRO.resolve(CONFIG), folder.resolve(CONFIG));
    Path tensors = Files.copy(MICRO.resolve(TENSORS), folder.resolve(TENSORS));
    Inputs files = imported(List.of(config, tensors), folder);
    byte[] original = Files.readAllBytes(tensors);
    Inputs.Seed header = new Inputs.Seed("header", header(tensors));
    return new Inputs(
        List.of(files.seeds().get(0), files.seeds().get(1), header),
        (seed, content) ->
            seed.equals(header)
                ? files.call().with(files.seeds().get(1), withHeader(original, content))
                : files.call().with(seed, content));
  }

  static Inputs shards(Path folder) throws IOException {
    Path config = Files.copy(MICRO.resolve(CONFIG), folder.resolve(CONFIG));
    Path shard = folder.resolve("model-00001-of-00001.safetensors");
    Files.copy(MICRO.resolve(TENSORS), shard);
    ObjectNode index = JSON.createObjectNode();
    index.putObject("metadata").put("total_size", 1);
    ObjectNode map = index.putObject("weight_map");
    JSON.readTree(header(shard))
        .fieldNames()
        .forEachRemaining(
            tensor -> {
              if (!tensor.equals("__metadata__")) {
                map.put(tensor, shard.getFileName().toString());
              }
            });
    Path file = Files.writeString(folder.resolve(TENSORS + ".index.json"), index.toString());
    return imported(List.of(config, file), folder);
  }

  private static Inputs imported(List<Path> files, Path folder) throws IOException {
    Path target = folder.resolveSibling(folder.getFileName() + "-imported");
    return Inputs.ofFiles(
        files,
        all -> Commands.run(List.of("model", "info", folder.toString(), "--json")),
        outcome -> {
          assertModel(outcome);
          Outcome imported =
              Commands.run(
                  List.of("model", "import", "--from=" + folder, "--to=" + target, "--force"));
          if (imported.code() != 0) { // info lists non-finite numbers, import refuses them
            assertThat(imported.err()).contains("must be finite");
            return;
          }
          Outcome again = Commands.run(List.of("model", "info", target.toString(), "--json"));
          assertThat(JSON.readTree(again.out()).get("sha256"))
              .isEqualTo(JSON.readTree(outcome.out()).get("sha256"));
          double epsilon = Gpt2ConfigFile.read(target.resolve(CONFIG)).config().layerNormEpsilon();
          assertThat(epsilon).as("layer_norm_epsilon").isPositive().isLessThan(1);
        });
  }

  static void assertModel(Outcome outcome) throws IOException {
    JsonNode info = JSON.readTree(outcome.out());
    for (String key :
        List.of("parameters", "n_layer", "n_embd", "n_head", "n_inner", "n_positions")) {
      assertThat(info.path(key).asLong()).as(key).isPositive();
    }
    assertThat(info.path("vocab_size").asInt()).as("vocab_size").isBetween(1, 1 << 17);
    assertThat(info.path("n_embd").asInt() % info.path("n_head").asInt()).isZero();
    assertThat(info.path("sha256").asText()).matches("[0-9a-f]{64}");
  }

  private static byte[] header(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    return Arrays.copyOfRange(bytes, Long.BYTES, headerEnd(bytes));
  }

  private static int headerEnd(byte[] file) {
    return Long.BYTES + (int) ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong();
  }

  /** Returns a file with another header and its length. */
  private static byte[] withHeader(byte[] file, byte[] header) {
    int end = headerEnd(file);
    return ByteBuffer.allocate(Long.BYTES + header.length + file.length - end)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(header.length)
        .put(header)
        .put(file, end, file.length - end)
        .array();
  }
}
