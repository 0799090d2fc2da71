package org.reckoning.cli.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.reckoning.trainer.config.ConfigException;
import org.reckoning.trainer.config.RunConfig;
import org.reckoning.trainer.config.YamlDocument;
import org.reckoning.trainer.files.TextFile;

/**
 * A file of a configuration directory.
 *
 * @param path path below the directory, without ending: {@code experiment/quickstart}
 * @param shown name in messages
 * @param defaults defaults list, in file order
 * @param content all other keys
 * @param prefix parent key of the content, such as {@code model}; empty for the top level
 * @param document the parsed file
 * @param text the text of the file
 */
record ConfigFile(
    String path,
    String shown,
    List<DefaultsEntry> defaults,
    ObjectNode content,
    String prefix,
    YamlDocument document,
    String text) {
  private static final String DEFAULTS = "defaults";
  private static final Pattern PACKAGE = Pattern.compile("#\\s*@package\\s+(\\S+)\\s*");

  /**
   * Reads a file.
   *
   * @throws ConfigException if it is unreadable or invalid
   */
  static ConfigFile read(Path file, String path, String shown) {
    String text;
    try {
      text = TextFile.read(file);
    } catch (IOException e) {
      throw new ConfigException(List.of(String.valueOf(e.getMessage())));
    }
    String prefix = prefix(text, group(path));
    YamlDocument document = YamlDocument.of(text, shown, key -> isText(prefix, key));
    ObjectNode content = document.root().deepCopy();
    JsonNode list = content.remove(DEFAULTS);
    return new ConfigFile(
        path,
        shown,
        list == null ? List.of(DefaultsEntry.self()) : defaults(list, path, shown),
        content,
        prefix,
        document,
        text);
  }

  /** Returns whether a value is text; file names in defaults lists are: {@code data: 2024_01}. */
  private static boolean isText(String prefix, String key) {
    return key.equals(DEFAULTS)
        || key.startsWith(DEFAULTS + ".")
        || RunConfig.typeOf(prefix.isEmpty() ? key : prefix + "." + key).text();
  }

  /** Returns the group of a path; empty for a top-level file. */
  static String group(String path) {
    return path.substring(0, Math.max(0, path.lastIndexOf('/')));
  }

  /** Returns file and line of each key, by its name in the file. */
  Map<String, String> origins() {
    return document.origins();
  }

  private static List<DefaultsEntry> defaults(JsonNode list, String path, String shown) {
    if (!list.isArray()) {
      throw new ConfigException(
          List.of(
              "defaults (%s) of %s must be a list"
                  .formatted(list.isTextual() ? list.textValue() : list, shown)));
    }
    List<DefaultsEntry> entries = new ArrayList<>();
    for (JsonNode entry : list) {
      entries.add(DefaultsEntry.of(entry, group(path), shown));
    }
    if (entries.stream().noneMatch(DefaultsEntry::isSelf)) {
      entries.add(DefaultsEntry.self());
    }
    return List.copyOf(entries);
  }

  /** Returns the prefix from a {@code @package} comment above the first key, else the group. */
  private static String prefix(String text, String group) {
    for (String line : text.lines().toList()) {
      Matcher matcher = PACKAGE.matcher(line);
      if (matcher.matches()) {
        return switch (matcher.group(1)) {
          case "_global_" -> "";
          case "_group_" -> group.replace('/', '.');
          default -> matcher.group(1);
        };
      }
      if (!line.isBlank() && !line.startsWith("#")) {
        break;
      }
    }
    return group.replace('/', '.');
  }
}
