package org.reckoning.cli.ask;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.reckoning.cli.Reckoning;

/** The trained models of the repository, which earlier versions of the program wrote. */
class ShippedModelsTest {

  static Stream<Arguments> models() {
    return Stream.of(
        Arguments.of(
            List.of(
                "--model=../saved_models/kinship",
                "--fact=The mother of Tom is Alice",
                "--fact=The husband of Sarah is Tom",
                "--fact=The brother of Mary is James",
                "--question=How are Alice and Sarah related to each other ?"),
            List.of("mother-in-law")),
        Arguments.of(
            List.of(
                "--model=../saved_models/theories",
                "--fact=Anne is cold.",
                "--fact=Anne is round.",
                "--fact=If something is cold and round then it is nice.",
                "--fact=All nice things are smart.",
                "--question=Anne is nice.",
                "--question=Anne is not cold.",
                "--question=Anne is big."),
            List.of("yes", "no", "none")));
  }

  @ParameterizedTest
  @MethodSource("models")
  void ask_ofAShippedModel_givesTheAnswersOfItsReadme(List<String> words, List<String> answers) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();

    int code =
        Reckoning.commandLine()
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .execute(Stream.concat(Stream.of("ask"), words.stream()).toArray(String[]::new));

    assertThat(code).as(err.toString()).isZero();
    assertThat(out.toString().lines().filter(line -> line.startsWith("  answer  ")))
        .extracting(line -> line.substring("  answer  ".length()).replaceFirst(",.*", ""))
        .isEqualTo(answers);
  }
}
