package org.reckoning.cli.config;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.reckoning.trainer.text.EnumWord;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.TypeConversionException;

/** Reads the enum options of all commands: by the words of configurations, in any case. */
public final class EnumOptions {
  private EnumOptions() {}

  /** Registers a converter for each enum that an option of the command or a subcommand has. */
  public static void register(CommandLine command) {
    for (ArgSpec argument : command.getCommandSpec().args()) {
      for (Class<?> type : argument.auxiliaryTypes()) {
        if (type.isEnum()) {
          register(command, type);
        }
      }
    }
    command.getSubcommands().values().forEach(EnumOptions::register);
  }

  private static <E> void register(CommandLine command, Class<E> type) {
    command.registerConverter(type, value -> constant(type, value));
  }

  private static <E> E constant(Class<E> type, String value) {
    return Arrays.stream(type.getEnumConstants())
        .filter(constant -> word(constant).equalsIgnoreCase(value))
        .findFirst()
        .orElseThrow(
            () ->
                new TypeConversionException(
                    Arrays.stream(type.getEnumConstants())
                        .map(EnumOptions::word)
                        .collect(
                            Collectors.joining(
                                ", ", "'%s' must be one of ".formatted(value), ""))));
  }

  private static String word(Object constant) {
    return EnumWord.of((Enum<?>) constant);
  }
}
