package org.reckoning.cli.config;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.reckoning.trainer.config.ConfigException;
import org.reckoning.trainer.text.NearestName;

/**
 * Finds the files of a configuration by following defaults lists. A list is followed from its end,
 * so an experiment at the end can override choices for groups before it. Choices of the command
 * line take precedence.
 */
final class DefaultsList {
  private final ConfigPath files;

  /** First choice by group. */
  private final Map<String, Choice> choices = new LinkedHashMap<>();

  /** File that adds a group, by group. */
  private final Map<String, String> taken = new LinkedHashMap<>();

  private final Deque<ConfigFile> layers = new ArrayDeque<>();
  private final List<String> problems = new ArrayList<>();

  /** Options of a group, and the file or command line that chose them. */
  private record Choice(List<String> options, String chooser) {}

  private DefaultsList(ConfigPath files) {
    this.files = files;
  }

  /**
   * Returns the files in merge order.
   *
   * @param primary path of the first file
   * @param words choices of the command line
   * @throws ConfigException with all problems
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
   * A choice of the command line for a group.
   *
   * @param group name of the group
   * @param options chosen files
   * @param adds whether the group may be missing from all defaults lists
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
        case OVERRIDE -> {} // handled above
      }
    }
  }

  private void choose(DefaultsEntry entry, ConfigFile file) {
    if (taken.containsKey(entry.target())) {
      problems.add(
          "override /%s of %s comes too late: %s adds the group after it; move the group up there"
              .formatted(entry.target(), file.shown(), taken.get(entry.target())));
    }
    choices.putIfAbsent(entry.target(), new Choice(entry.options(), file.shown()));
  }

  private void take(DefaultsEntry entry, ConfigFile file, Set<String> above) {
    String group = entry.target();
    String before = taken.putIfAbsent(group, file.shown());
    if (before != null) {
      problems.add(
          "group %s must be added once but %s and %s add it; write 'override /%s: ..' in one"
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
          "defaults of %s must not form a cycle: %s"
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
                "cannot override group '%s' (%s, chosen by %s): no defaults list has it%s; add it with +%s=%s"
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
