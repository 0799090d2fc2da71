package org.reckoning.cli.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.reckoning.trainer.config.RunConfig;

/**
 * The documentation of a key in {@code configs/default}.
 *
 * @param key dotted key
 * @param text comment on its line; empty without one
 * @param shown name of the file in messages
 */
record KeyDoc(String key, String text, String shown) {
  private static final String GROUP = "default";

  /** Returns the documentation of all keys, in the order of the configuration records. */
  static List<KeyDoc> of(ConfigPath files) {
    List<KeyDoc> docs = new ArrayList<>();
    for (String option : files.options(GROUP)) {
      ConfigFile file = files.read(GROUP + "/" + option);
      List<String> lines = file.text().lines().toList();
      ConfigTree tree = new ConfigTree();
      tree.merge(file);
      Set<String> keys = tree.keys();
      file.document()
          .lines()
          .forEach(
              (name, line) -> {
                String key = file.prefix().isEmpty() ? name : file.prefix() + "." + name;
                if (keys.contains(key) && line <= lines.size()) {
                  docs.add(new KeyDoc(key, comment(lines.get(line - 1)), file.shown()));
                }
              });
    }
    List<String> order = List.copyOf(RunConfig.keys());
    docs.sort(Comparator.comparingInt(doc -> order.indexOf(doc.key)));
    return docs;
  }

  private static String comment(String line) {
    int start = line.indexOf(" # ");
    return start < 0 ? "" : line.substring(start + 3).strip();
  }
}
