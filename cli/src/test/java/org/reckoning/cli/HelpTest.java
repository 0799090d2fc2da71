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
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

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
    UsageMessageSpec message = command.usageMessage();
    List<String> descriptions = new ArrayList<>(List.of(message.description()));
    assertThat(descriptions).as("description of the command").isNotEmpty();
    for (ArgSpec argument : arguments(command)) {
      assertThat(argument.description()).as(argument.paramLabel()).isNotEmpty();
      descriptions.addAll(List.of(argument.description()));
    }

    assertThat(descriptions).allSatisfy(text -> assertThat(text.strip()).endsWith("."));
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

  private static List<ArgSpec> arguments(CommandSpec command) {
    return command.args().stream().filter(argument -> !argument.hidden()).toList();
  }

  private static List<String> lines(String[] texts) {
    return Stream.of(texts).flatMap(text -> text.replace("%n", "\n").lines()).toList();
  }

  private static String usage(CommandSpec command) {
    return command.commandLine().getUsageMessage(Ansi.OFF);
  }
}
