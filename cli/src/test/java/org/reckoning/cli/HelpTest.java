package org.reckoning.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;

/** The help of every command, in a terminal of 80 columns. */
class HelpTest {
  private static final int COLUMNS = 80;

  static Stream<CommandSpec> commands() {
    Set<CommandSpec> commands = new LinkedHashSet<>();
    add(Reckoning.commandLine(), commands);
    return commands.stream();
  }

  private static void add(CommandLine command, Set<CommandSpec> commands) {
    commands.add(command.getCommandSpec());
    command.getSubcommands().values().forEach(each -> add(each, commands));
  }

  @Test
  void commands_areThoseOfTheWholeTree() {
    assertThat(commands().map(CommandSpec::qualifiedName))
        .contains(
            "reckoning",
            "reckoning train",
            "reckoning bench",
            "reckoning bench encoding",
            "reckoning data generate",
            "reckoning model export",
            "reckoning generate-completion")
        .hasSizeGreaterThanOrEqualTo(23);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("commands")
  void lines_haveAtMostEightyColumns(CommandSpec command) {
    assertThat(usage(command).lines())
        .isNotEmpty()
        .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(COLUMNS));
  }

  /** A longer line would be wrapped, maybe inside a word of an example. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("commands")
  void footer_isPrintedAsWritten(CommandSpec command) {
    List<String> footer = lines(command.usageMessage().footer());

    assertThat(footer).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(COLUMNS));
    assertThat(usage(command).lines().map(String::stripTrailing))
        .containsSubsequence(footer.stream().map(String::stripTrailing).toList());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("commands")
  void descriptions_areWholeSentences(CommandSpec command) {
    assertThat(descriptions(command))
        .allSatisfy(text -> assertThat(text).isNotBlank().endsWith("."))
        .noneMatch(text -> text.contains(":\n"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("commands")
  void defaults_areWrittenAsTheyAreTyped(CommandSpec command) {
    assertThat(usage(command)).doesNotContainPattern("default:\\s+[A-Z]");
  }

  /** Picocli may break a long word, such as an address, after a punctuation mark. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("commands")
  void words_areNotBroken(CommandSpec command) {
    List<String> printed = words(usage(command));

    assertThat(descriptions(command))
        .allSatisfy(
            text ->
                assertThat(words(text).stream().filter(word -> !word.contains("$")))
                    .isSubsetOf(printed));
  }

  private static List<String> words(String text) {
    return List.of(text.strip().split("\\s+", -1));
  }

  /** Returns the descriptions of a command and of its arguments. */
  private static List<String> descriptions(CommandSpec command) {
    List<String> descriptions = new ArrayList<>();
    descriptions.add(String.join("\n", command.usageMessage().description()));
    command.args().stream()
        .filter(argument -> !argument.hidden())
        .forEach(argument -> descriptions.add(String.join("\n", argument.description())));
    return descriptions;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("commands")
  void examples_startCommandsThatExist(CommandSpec command) {
    Set<String> names = new LinkedHashSet<>(commands().map(CommandSpec::qualifiedName).toList());
    List<String> examples =
        lines(command.usageMessage().footer()).stream()
            .map(String::strip)
            .filter(line -> line.startsWith("reckoning ") && !line.contains("COMMAND"))
            .toList();

    assertThat(examples)
        .allSatisfy(
            example -> {
              String[] words = example.split(" +", -1);
              String name = words[0] + " " + words[1];
              boolean hasSubcommands = names.stream().anyMatch(each -> each.startsWith(name + " "));
              assertThat(names).contains(hasSubcommands ? name + " " + words[2] : name);
            });
  }

  private static List<String> lines(String[] texts) {
    return Stream.of(texts).flatMap(text -> text.replace("%n", "\n").lines()).toList();
  }

  private static String usage(CommandSpec command) {
    return command.commandLine().getUsageMessage(Ansi.OFF);
  }
}
