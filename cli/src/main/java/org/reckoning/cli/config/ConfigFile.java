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
 * @param path below the directory, without ending: {@code experiment/quickstart}
 * @param shown name in messages
 * @param defaults its defaults list, in its order
 * @param content its other keys
 * @param prefix where its keys go: empty for the top, else {@code model}
 * @param document the file as it is
 * @param text the file as it is
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

  /** Reads a file. */
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

  /** Names of files are text, too: {@code data: 2024_01}. */
  private static boolean isText(String prefix, String key) {
    return key.equals(DEFAULTS)
        || key.startsWith(DEFAULTS + ".")
        || RunConfig.typeOf(prefix.isEmpty() ? key : prefix + "." + key).text();
  }

  /** Returns the group of a path, empty for a file at the top. */
  static String group(String path) {
    return path.substring(0, Math.max(0, path.lastIndexOf('/')));
  }

  /** Returns where each of its keys is, under the names that they have in the whole. */
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

  /** The package stands in a comment above the first key; without one it is the group. */
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
