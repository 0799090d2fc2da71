package org.reckoning.cli.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.reckoning.cli.Reckoning;

class InspectCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  private Path directory;

  @Test
  void sizes_needNoData() {
    assertThat(run("--sizes model=micro k=2 --steps 0")).isZero();

    assertThat(out.toString())
        .startsWith("program\n  model       GPT-2 of 1 layers, width 16, 2 heads, 64 tokens")
        .containsPattern("\n  inner_step_pullback +2 +0 ")
        .doesNotContain("time of a training step");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void experiment_hasTheShapesOfItsData() throws IOException {
    String words =
        "experiment=quickstart task_groups=1 model.n_layer=1 data.train_tasks=60 --steps 0 --json";
    assertThat(run(words)).isZero();

    JsonNode json = new ObjectMapper().readTree(out.toString());
    assertThat(json.at("/program/model/n_layer").intValue()).isEqualTo(1);
    assertThat(json.at("/program/shape/facts").intValue()).isEqualTo(5); // 2 hops, 3 distractors
    assertThat(json.at("/segments").findValuesAsText("name"))
        .containsExactly(
            "inner_step",
            "outer",
            "inner_step_pullback",
            "gradient_norms",
            "apply_moments",
            "apply_weights",
            "evaluate");
    assertThat(json.at("/largest_tensors/0/bytes").longValue()).isPositive();
    assertThat(json.at("/memory/boundaries/0/after").textValue()).isEqualTo("inner_0");
    assertThat(json.has("times")).isFalse();
  }

  /** Its later training decides on vocabulary and sizes. */
  @Test
  void run_thatWasNotTrained_staysAsItWas() throws IOException {
    String model = "model.n_layer=1 model.n_embd=8 model.n_head=2 data.train_tasks=60";
    String plan = "train -m --plan name=planned seed=1,2 " + model + " output_dir=" + directory;
    assertThat(execute(plan.split(" ", -1))).as(err.toString()).isZero();
    Path run =
        names(directory.resolve("planned")).stream()
            .map(name -> directory.resolve("planned").resolve(name).resolve("0"))
            .findFirst()
            .orElseThrow();
    out.getBuffer().setLength(0);

    assertThat(run("model.n_embd=16 --steps 0 --run " + run)).as(err.toString()).isZero();

    assertThat(out.toString()).contains("GPT-2 of 1 layers, width 16, 2 heads");
    assertThat(names(run)).containsExactly("config.yaml");
  }

  /** In a process of its own, which XLA tells what it does. */
  @Test
  void measured_withDumpsAndGraph_saysWhichFileIsWhichSegment() throws IOException {
    Path hlo = directory.resolve("my hlo");
    Path graph = directory.resolve("graph");
    List<String> words = new ArrayList<>(List.of("inspect", "--hlo", hlo.toString()));
    words.addAll(List.of("--tensorboard", graph.toString()));
    String sizes =
        "--sizes model=micro k=1 facts=1 fact_tokens=4 question_tokens=4 --steps 1 --json";
    words.addAll(List.of(sizes.split(" ", -1)));
    assertThat(execute(words.toArray(new String[0]))).isZero();

    JsonNode json = new ObjectMapper().readTree(out.toString());
    assertThat(json.at("/times/calls").findValuesAsText("call"))
        .containsExactly("inner_0", "outer", "pullback_0", "apply", "apply", "apply");
    assertThat(json.at("/times/calls/0/seconds").doubleValue()).isPositive();
    List<String> trained =
        json.get("segments").findValuesAsText("function").stream()
            .filter(function -> !function.startsWith("evaluate"))
            .toList();
    assertThat(json.get("xla_memory").findValuesAsText("function"))
        .containsExactlyInAnyOrderElementsOf(trained);
    for (JsonNode memory : json.get("xla_memory")) {
      assertThat(memory.get("total").longValue()).isPositive();
    }
    for (String function : trained) {
      String files = json.at("/xla_dumps/modules").get(function).textValue();
      assertThat(names(hlo)).anyMatch(name -> name.startsWith(files + "."));
    }
    assertThat(names(graph)).singleElement().asString().startsWith("events.out.tfevents.");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--sizes model=smal|model (smal) must be one of micro, tiny, small, medium, large, xl; did"
            + " you mean small?",
        "--sizes model=micro --steps -1|--steps (-1) must be 0 or more",
        "--sizes model=micro --steps 0 --bucket 2|--bucket (2) must be from 1 to 1, the number of batch shapes of the program",
        "--sizes --run x|--run and --sizes exclude each other; omit one",
        "--sizes model=micro xla=off --hlo h|--hlo (h) needs a program that XLA compiles:"
            + " use xla=segments and --steps of 1 or more",
        "-m seed=1,2|inspect takes one program; omit -m and lists of values",
      })
  void wrongWord_isOneLineAndExitCodeTwo(String words, String line) {
    assertThat(run(words)).isEqualTo(2);

    assertThat(err.toString().strip()).isEqualTo(line);
    assertThat(out.toString()).isEmpty();
  }

  /** Before anything is compiled and measured, which would be lost. */
  @Test
  void tensorboard_whereAGraphIsAlready_isExitCodeTwo() throws IOException {
    Files.createFile(directory.resolve("events.out.tfevents.1.2"));

    assertThat(run("--sizes model=micro --steps 1 --tensorboard " + directory)).isEqualTo(2);

    assertThat(err.toString().strip())
        .isEqualTo(
            "--tensorboard (%s) already has an event file; choose another directory, or delete it"
                .formatted(directory));
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void adaptedPattern_ofNothing_isExitCodeTwo() {
    assertThat(run("--sizes adapt=mlp* --steps 0")).isEqualTo(2);

    assertThat(err.toString())
        .startsWith("adapted pattern (mlp*) matches no tensor; known: wte.weight, ");
  }

  private static List<String> names(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> String.valueOf(file.getFileName())).toList();
    }
  }

  private int run(String words) {
    return execute(("inspect " + words).split(" ", -1));
  }

  private int execute(String... words) {
    return Reckoning.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(words);
  }
}
