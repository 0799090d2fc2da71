package org.reckoning.cli.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reckoning.cli.Reckoning;
import org.reckoning.trainer.tokens.Vocabulary;

class ModelCommandTest {
  private static final String MICRO = "../integration-tests/src/test/resources/golden/gpt2-micro";

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  private Path folder;

  private int run(String words) {
    return execute("model " + words);
  }

  private int execute(String words) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    return Reckoning.commandLine()
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute(words.replace("@", folder + "/").split(" "));
  }

  private String init(String name, int seed) {
    return "init --layers 1 --heads 2 --width 4 --positions 8 --seed %d --to @%s"
        .formatted(seed, name);
  }

  @Test
  void import_info_andDiff_goTogether() throws IOException {
    assertThat(run("import --from " + MICRO + " --to @micro")).isZero();
    assertThat(out.toString())
        .isEqualTo(
            """
            %s/micro: 7,952 parameters
              from safetensors, 1 file, F32
              without tokenizer: the 61 tokens are unknown
            """
                .formatted(folder));
    assertThat(run("info @micro --json")).isZero();
    JsonNode info = new ObjectMapper().readTree(out.toString());
    assertThat(info.get("parameters").intValue()).isEqualTo(7_952);
    assertThat(info.get("vocabulary").textValue()).isEqualTo("unknown");
    assertThat(run("info " + MICRO)).isZero();
    assertThat(out.toString())
        .contains("7,952 in 28 tensors", "2 layers, 16 wide, 4 heads", info.get("sha256").asText());
    assertThat(run("diff " + MICRO + " @micro --changed")).isZero();
    assertThat(out.toString()).isEqualTo("0 of 28 tensors differ, by 0.00 at most\n");
  }

  @Test
  void init_withVocabularies_goesThereAndBack() throws IOException {
    Vocabulary.compact(IntStream.of(11, 995)).save(folder.resolve("three.json"));
    assertThat(run(init("a", 1))).isZero();
    assertThat(run(init("b", 2))).isZero();
    assertThat(run(init("few", 1) + " --vocabulary @three.json")).isZero();
    assertThat(out.toString()).contains("with vocabulary.json: 3 renumbered tokens");
    assertThat(run("import --from @a --to @picked --vocabulary @three.json")).isZero();
    assertThat(out.toString()).contains("; embeddings of 3 of its 50,257 tokens");
    assertThat(folder.resolve("picked/vocabulary.json"))
        .hasSameTextualContentAs(folder.resolve("three.json"));

    assertThat(run("diff @picked @a")).isEqualTo(1);
    assertThat(out.toString())
        .contains("wte.weight                   [3, 4], [50257, 4]")
        .endsWith("1 of 16 tensors differ, by 0.00 at most\n");
    assertThat(run("import --from @picked --to @full --vocabulary full")).isEqualTo(1);
    assertThat(err.toString())
        .startsWith("the weights have 3 tokens but lack 50254 of the 50257 wanted tokens")
        .endsWith("(--base names them)\n");
    assertThat(run("import --from @picked --to @full --vocabulary full --base @a")).isZero();
    assertThat(run("diff @full @a --changed")).isZero();
    assertThat(run("diff @a @b --tolerance 0.5")).isZero();
    assertThat(run("diff @a @b --changed")).isEqualTo(1);
    assertThat(out.toString()).contains("6 of 16 tensors differ").doesNotContain("ln_f");
  }

  @Test
  void diff_ofTheSameTensorsWithOtherHeads_saysSo() throws IOException {
    assertThat(run(init("a", 1))).isZero();
    assertThat(run("import --from @a --to @b")).isZero();
    Path config = folder.resolve("b/config.json");
    Files.writeString(
        config,
        Files.readString(config)
            .replace("\"n_head\" : 2", "\"n_head\" : 4")
            .replace("1.0E-5", "1.0E-6"));
    assertThat(run("diff @a @b --changed")).isEqualTo(1);
    assertThat(out.toString())
        .isEqualTo(
            """
            n_head                       2, 4
            layer_norm_epsilon           1.0E-5, 1.0E-6
            0 of 16 tensors differ, by 0.00 at most; settings differ, so equal tensors still make different models
            """);
  }

  @Test
  void diff_ofTheSameTensorsForOtherTokens_saysSo() throws IOException {
    Vocabulary.compact(IntStream.of(11, 995)).save(folder.resolve("three.json"));
    assertThat(run(init("a", 1) + " --vocabulary @three.json")).isZero();
    assertThat(run("import --from @a --to @b")).isZero();
    Vocabulary.compact(IntStream.of(12, 995)).save(folder.resolve("b/vocabulary.json"));
    assertThat(run("diff @a @b --changed")).isEqualTo(1);
    assertThat(out.toString()).startsWith("vocabulary   ").contains(", other tokens\n0 of 16");
  }

  @Test
  void info_ofNumbersThatAreNotFinite_namesTheTensors_andImportRefusesThem() throws IOException {
    assertThat(run(init("a", 1))).isZero();
    Path file = folder.resolve("a/model.safetensors");
    byte[] bytes = Files.readAllBytes(file);
    ByteBuffer.wrap(bytes)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(bytes.length - Float.BYTES, Float.floatToRawIntBits(Float.NaN)); // of ln_f.bias
    Files.write(file, bytes);
    assertThat(run("info @a")).isZero();
    assertThat(out.toString()).endsWith("  not finite  ln_f.bias: 1 NaN\n");
    assertThat(run("info @a --json")).isZero();
    assertThat(out.toString())
        .contains("\"not_finite\":{\"ln_f.bias\":{\"nan\":1,\"infinite\":0}}");
    assertThat(run("import --from @a --to @b")).isEqualTo(1);
    assertThat(err.toString()).contains("tensor 'ln_f.bias' has 1 NaN among its 4 numbers");
    assertThat(folder.resolve("b")).doesNotExist();
    assertThat(run("diff @a @a")).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "model info @nothing",
        "model info @",
        "model diff @nothing @nothing",
        "model import --from @nothing --to @x",
        "model import --from " + MICRO + " --adapter @nothing --to @x",
        "model import --from " + MICRO + " --to @x --vocabulary full --base @nothing",
        "model export --from @nothing --to @x",
        "inspect --run @nothing",
        "eval --run @nothing",
        "export --run @nothing --to @x",
        "export --check @nothing",
        "ask --run @nothing --fact a --question b",
        "ask --run @nothing --problem 1",
        "ask --server http://localhost:1 --run @nothing --fact a --question b",
        "train resume=@nothing",
        "train model.name_or_path=@nothing output_dir=@x",
        "train -m model.name_or_path=@nothing seed=1,2 output_dir=@x"
      })
  void aModelThatIsNotThere_isUnusable_andNothingIsStarted(String words) throws IOException {
    assertThat(execute(words)).isEqualTo(2);
    assertThat(err.toString().lines()).hasSize(1);
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void to_thatExists_isRefusedUnlessForced() throws IOException {
    assertThat(run(init("a", 1))).isZero();
    assertThat(run(init("a", 2))).isEqualTo(2);
    assertThat(err.toString()).contains("exists already; choose another name, or");
    assertThat(run(init("a", 2) + " --force")).isZero();
    Files.createDirectory(folder.resolve("mine"));
    assertThat(run(init("mine", 2) + " --force")).isEqualTo(2);
    assertThat(err.toString()).contains("exists and is not a model");
  }

  @Test
  void import_ofPickledWeights_isRefusedWithTheCommand() throws IOException {
    Files.write(folder.resolve("pytorch_model.bin"), new byte[] {1});
    assertThat(run("import --from @pytorch_model.bin --to @x")).isEqualTo(1);
    assertThat(err.toString()).contains("is pickled, and", "python3 -c");
    assertThat(err.toString().lines()).hasSize(1);
  }

  @Test
  void vocabulary_ofUnknownTokens_isRefusedWithoutTheBaseHint() {
    assertThat(run("import --from " + MICRO + " --to @x --vocabulary full")).isEqualTo(1);
    assertThat(err.toString()).contains("unknown vocabulary").doesNotContain("--base");
  }

  @Test
  void to_belowAFile_isRefusedWithTheReason() throws IOException {
    Files.createFile(folder.resolve("file"));
    assertThat(run("import --from " + MICRO + " --to @file/x")).isEqualTo(1);
    assertThat(err.toString()).isEqualTo(folder.resolve("file") + ": it is not a directory\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "import --from x",
        "export --from @ --to @x",
        "init --width 5 --to @x",
        "init --layers 2000000000 --to @x",
        "init --width 1000000 --heads 1 --to @x",
        "diff @ @ --tolerance -1",
        "diff @ @ --tolerance NaN",
        "init --to @x --vocabulary full --base @",
        "init --to @x --vocabulary @nothing.json",
        "import --from @ --to @x --base @",
        "diff @"
      })
  void wrongWords_areUnusable(String words) {
    assertThat(run(words)).isEqualTo(2);
    assertThat(err.toString()).isNotBlank();
  }
}
