package org.reckoning.trainer.files;

import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Recognizes paths of open files of a process, such as {@code /dev/stdout} and {@code /dev/fd/63}.
 */
final class OpenFiles {
  private static final Pattern NAMES =
      Pattern.compile("/dev/(stdin|stdout|stderr)|(?:/dev|/proc/(?:self|\\d+))/fd/(\\d{1,9})");

  private OpenFiles() {}

  /** Returns whether a path refers to an open file. */
  static boolean isOne(Path path) {
    return match(path).matches();
  }

  /** Returns the number of an open file: 1 for standard output. */
  static int number(Path path) {
    Matcher name = match(path);
    if (!name.matches()) {
      throw new IllegalArgumentException("'%s' must refer to an open file".formatted(path));
    }
    return name.group(1) == null
        ? Integer.parseInt(name.group(2))
        : switch (name.group(1)) {
          case "stdin" -> 0;
          case "stdout" -> 1;
          default -> 2;
        };
  }

  /** Returns whether a path is standard input, output or error, which must stay open. */
  static boolean isStandard(Path path) {
    return isOne(path) && number(path) <= 2;
  }

  private static Matcher match(Path path) {
    return NAMES.matcher(path.toAbsolutePath().normalize().toString());
  }
}
