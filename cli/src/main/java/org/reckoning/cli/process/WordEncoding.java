package org.reckoning.cli.process;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Finds arguments that Java could not decode. Java decodes arguments and file names in the encoding
 * of the locale and replaces other characters: {@code José} becomes {@code Jos??} in the POSIX
 * locale. The launcher sets a UTF-8 locale; a main class can be started without the launcher.
 */
final class WordEncoding {
  private static final char REPLACEMENT = '\uFFFD';

  private WordEncoding() {}

  /** Returns a message about the first undecodable argument; empty if there is none. */
  static Optional<String> problem(String[] args) {
    // Windows passes UTF-16, whatever the code page
    String encoding = File.separatorChar == '\\' ? "UTF-8" : System.getProperty("sun.jnu.encoding");
    return problem(List.of(args), raw(args.length), encoding);
  }

  /**
   * Returns a message about the first undecodable argument; empty if there is none.
   *
   * @param raw the bytes of the arguments; empty if unknown
   * @param encoding the encoding that Java decoded them with
   */
  static Optional<String> problem(List<String> args, List<byte[]> raw, String encoding) {
    for (int i = 0; i < args.size(); i++) {
      byte[] bytes = raw.isEmpty() ? args.get(i).getBytes(StandardCharsets.UTF_8) : raw.get(i);
      boolean replaced = raw.isEmpty() && args.get(i).indexOf(REPLACEMENT) >= 0;
      if (replaced || !isUtf8(bytes)) {
        return Optional.of(
            "argument '%s' must be text in UTF-8: convert it, or set the terminal to UTF-8"
                .formatted(shown(bytes)));
      }
      if (!isAscii(bytes) && !encoding.equalsIgnoreCase("UTF-8")) {
        return Optional.of(
            "argument '%s' cannot be read: the encoding of this process's locale is %s; set LC_ALL to a UTF-8 locale, such as C.UTF-8 ('locale -a' lists the installed ones)"
                .formatted(new String(bytes, StandardCharsets.UTF_8), encoding));
      }
    }
    return Optional.empty();
  }

  /** Returns the bytes of the last arguments of this process; empty on systems other than Linux. */
  private static List<byte[]> raw(int count) {
    byte[] line;
    try {
      line = Files.readAllBytes(Path.of("/proc/self/cmdline"));
    } catch (IOException e) {
      return List.of();
    }
    List<byte[]> words = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < line.length; i++) {
      if (line[i] == 0) {
        words.add(Arrays.copyOfRange(line, start, i));
        start = i + 1;
      }
    }
    return words.size() < count ? List.of() : words.subList(words.size() - count, words.size());
  }

  private static boolean isAscii(byte[] bytes) {
    for (byte each : bytes) {
      if (each < 0) {
        return false;
      }
    }
    return true;
  }

  private static boolean isUtf8(byte[] bytes) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  /** Returns the bytes as ASCII text, others escaped: {@code Jos\xE9}. */
  private static String shown(byte[] bytes) {
    StringBuilder text = new StringBuilder();
    for (byte each : bytes) {
      text.append(each < 0 ? "\\x%02X".formatted(each) : String.valueOf((char) each));
    }
    return text.toString();
  }
}
