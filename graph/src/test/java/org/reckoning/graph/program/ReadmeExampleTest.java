package org.reckoning.graph.program;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.reckoning.graph.gpt2.Gpt2Config;
import org.reckoning.graph.settings.BilevelConfig;
import org.reckoning.graph.settings.OuterRates;
import org.reckoning.graph.task.Task;
import org.reckoning.graph.task.TaskBatch;
import org.reckoning.graph.task.TaskShape;
import org.reckoning.graph.task.TokenSequence;
import org.reckoning.graph.xla.XlaMode;
import org.tensorflow.types.TFloat32;

/** The example of {@code README.md}, which shows what stands between the two marks here. */
class ReadmeExampleTest {
  private static final Path README = Path.of("..", "README.md");
  private static final Path SOURCE =
      Path.of("src/test/java/org/reckoning/graph/bilevel/ReadmeExampleTest.java");
  private static final String BEGIN = "// example begins";
  private static final String END = "// example ends";

  @Test
  void example_learns() {
    // example begins
    Gpt2Config model =
        Gpt2Config.small()
            .withVocabSize(64)
            .withNPositions(8)
            .withNHead(2)
            .withNEmbd(16)
            .withNLayer(1);
    TaskShape shape = new TaskShape(1, 2, 4, 1, 3); // 1 task, 2 facts of 4 tokens, 1 question of 3
    BilevelConfig config = BilevelConfig.of(model, 2, shape).withXla(XlaMode.OFF); // K = 2

    TokenSequence fact = TokenSequence.of(new int[] {5, 6, 7, 8}, 1); // the first token is given
    TokenSequence other = TokenSequence.of(new int[] {9, 6, 10}, 1); // shorter: padded
    TokenSequence question = TokenSequence.of(new int[] {5, 7, 8}, 2); // 2 given, then the answer
    Task task = Task.of(List.of(fact, other), List.of(question));
    TaskBatch batch = TaskBatch.of(shape, model, List.of(task));

    try (BilevelProgram<TFloat32> program = BilevelProgram.build(config, TFloat32.class)) {
      program.initialize(42);
      double before = program.evaluate(batch).outerLoss();
      for (int i = 0; i < 20; i++) {
        program.train(List.of(batch), new OuterRates(1e-2, 1e-2), 0); // weights and inner rates
      }
      PassResult after = program.evaluate(batch);
      System.out.printf("outer loss %.3f, then %.3f%n", before, after.outerLoss());
      System.out.printf(
          "inner loss %.3f, %.3f, %.3f%n",
          after.innerLoss(0), after.innerLoss(1), after.innerLoss(2));
      // example ends
      assertThat(after.outerLoss()).isLessThan(before / 2);
    }
  }

  @Test
  void readme_showsTheExample() throws IOException {
    String source = Files.readString(SOURCE);
    int from = source.indexOf('\n', source.indexOf("    " + BEGIN)) + 1;
    int to = source.lastIndexOf('\n', source.indexOf("      " + END)) + 1;
    String example = source.substring(from, to) + "    }\n";

    assertThat(Files.readString(README))
        .contains(
            example
                .lines()
                .map(line -> line.replaceFirst("^ {4}", ""))
                .collect(Collectors.joining("\n", "```java\n", "\n```\n")));
  }
}
