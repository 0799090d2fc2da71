package org.reckoning.cli.config;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.reckoning.graph.inspect.NearestName;
import org.reckoning.trainer.config.ConfigException;

/**
 * Which files make a configuration, found by following the defaults lists from one file on. A list
 * is followed from its end, so that an experiment at the end can choose anew for the groups before
 * it; a choice of the command line comes before all others.
 */
final class DefaultsList {
  private final ConfigPath files;

  /** Options by group, of the first who chose. */
  private final Map<String, Choice> choices = new LinkedHashMap<>();

  /** By group, the file that takes it. */
  private final Map<String, String> taken = new LinkedHashMap<>();

  private final Deque<ConfigFile> layers = new ArrayDeque<>();
  private final List<String> problems = new ArrayList<>();

  /** Options of a group, and who chose them. */
  private record Choice(List<String> options, String chooser) {}

  private DefaultsList(ConfigPath files) {
    this.files = files;
  }

  /**
   * Returns the files in the order in which they are merged.
   *
   * @param primary path of the file to start from
   * @param words choices of groups
   * @throws ConfigException with everything that is wrong
   */
  static List<ConfigFile> expand(ConfigPath files, String primary, List<GroupWord> words) {
    DefaultsList list = new DefaultsList(files);
    ConfigFile first = files.read(primary);
    List<DefaultsEntry> entries = new ArrayList<>(first.defaults());
    for (GroupWord word : words) {
      boolean known = entries.stream().anyMatch(entry -> entry.target().equals(word.group()));
      if (word.adds() && !known) {
        entries.add(new DefaultsEntry(DefaultsEntry.Kind.GROUP, word.group(), word.options()));
      }
      list.choices.put(word.group(), new Choice(word.options(), "the command line"));
    }
    list.follow(first, entries, Set.of());
    list.checkChoices();
    if (!list.problems.isEmpty()) {
      throw new ConfigException(list.problems);
    }
    return List.copyOf(list.layers);
  }

  /**
   * A word of the command line that chooses files of a group.
   *
   * @param adds whether it may be a group that no defaults list takes
   */
  record GroupWord(String group, List<String> options, boolean adds) {}

  private void follow(ConfigFile file, List<DefaultsEntry> entries, Set<String> above) {
    for (DefaultsEntry entry : entries) {
      if (entry.kind() == DefaultsEntry.Kind.OVERRIDE) {
        choose(entry, file);
      }
    }
    Set<String> path = new LinkedHashSet<>(above);
    path.add(file.path());
    for (int i = entries.size() - 1; i >= 0; i--) {
      DefaultsEntry entry = entries.get(i);
      switch (entry.kind()) {
        case SELF -> layers.addFirst(file);
        case FILE -> open(entry.target(), path);
        case GROUP, OPTIONAL -> take(entry, file, path);
        case OVERRIDE -> {} // above
      }
    }
  }

  private void choose(DefaultsEntry entry, ConfigFile file) {
    if (taken.containsKey(entry.target())) {
      problems.add(
          "override /%s of %s comes too late, as %s takes the group after it; move the group up there"
              .formatted(entry.target(), file.shown(), taken.get(entry.target())));
    }
    choices.putIfAbsent(entry.target(), new Choice(entry.options(), file.shown()));
  }

  private void take(DefaultsEntry entry, ConfigFile file, Set<String> above) {
    String group = entry.target();
    String before = taken.putIfAbsent(group, file.shown());
    if (before != null) {
      problems.add(
          "group %s must be taken once but %s and %s take it; write 'override /%s: ..' in one"
              .formatted(group, file.shown(), before, group));
      return;
    }
    Choice choice = choices.get(group);
    List<String> options = choice == null ? entry.options() : choice.options;
    for (int i = options.size() - 1; i >= 0; i--) {
      String path = group + "/" + options.get(i);
      if (options.get(i).equals("???")) {
        problems.add(
            "%s must be set: %s=NAME, one of %s"
                .formatted(group, group, String.join(", ", files.options(group))));
      } else if (entry.kind() != DefaultsEntry.Kind.OPTIONAL || files.has(path)) {
        open(path, above);
      }
    }
  }

  private void open(String path, Set<String> above) {
    if (above.contains(path)) {
      problems.add(
          "defaults of %s must not lead back to it: %s"
              .formatted(path, String.join(" -> ", above) + " -> " + path));
      return;
    }
    try {
      ConfigFile file = files.read(path);
      follow(file, file.defaults(), above);
    } catch (ConfigException e) {
      problems.addAll(e.problems());
    }
  }

  private void checkChoices() {
    choices.forEach(
        (group, choice) -> {
          if (!taken.containsKey(group)) {
            String options = String.join(",", choice.options);
            problems.add(
                "could not override '%s' (%s, by %s), as no defaults list takes it%s; to add it use +%s=%s"
                    .formatted(
                        group,
                        options,
                        choice.chooser,
                        NearestName.hint(group, taken.keySet()),
                        group,
                        options));
          }
        });
  }
}
