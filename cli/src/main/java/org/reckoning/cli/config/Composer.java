package org.reckoning.cli.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.reckoning.cli.config.DefaultsList.GroupWord;
import org.reckoning.trainer.config.ConfigException;
import org.reckoning.trainer.config.RunConfig;
import org.reckoning.trainer.text.NearestName;

/**
 * Composes a configuration: first {@code run.yaml} and the files of its defaults lists, then the
 * overrides of keys, from left to right.
 */
final class Composer {
  private static final String PRIMARY = "run";

  private final ConfigPath files;
  private final Function<String, @Nullable String> environment;

  /** An override of a key, with its parsed value. */
  private record Change(OverrideWord word, @Nullable JsonNode value) {}

  /**
   * Creates a composer.
   *
   * @param files configuration files
   * @param environment returns the value of an environment variable, or null
   */
  Composer(ConfigPath files, Function<String, @Nullable String> environment) {
    this.files = files;
    this.environment = environment;
  }

  /**
   * Composes a configuration. Binding it reports invalid overrides, together with all other
   * problems.
   *
   * @param words overrides of one run
   * @throws ConfigException if a file is missing or unreadable
   */
  Composition compose(List<String> words) {
    List<String> problems = new ArrayList<>();
    List<GroupWord> groups = new ArrayList<>();
    List<Change> changes = new ArrayList<>();
    for (String word : words) {
      try {
        OverrideWord override = OverrideWord.of(word);
        GroupWord group = group(override);
        if (group == null) {
          changes.add(new Change(override, override.value()));
        } else {
          groups.add(group);
        }
      } catch (ConfigException e) {
        problems.addAll(e.problems());
      }
    }
    ConfigTree tree = new ConfigTree();
    expand(groups, problems).forEach(tree::merge);
    for (Change change : changes) {
      String problem = apply(change, tree);
      if (problem != null) {
        problems.add(problem);
      }
    }
    return new Composition(tree, problems, environment);
  }

  /** Returns the chosen files; without them no override can be applied, so problems throw. */
  private List<ConfigFile> expand(List<GroupWord> groups, List<String> problems) {
    try {
      return DefaultsList.expand(files, PRIMARY, groups);
    } catch (ConfigException e) {
      problems.addAll(e.problems());
      throw new ConfigException(problems);
    }
  }

  /** Returns the choice of a group; null if the word is a key. */
  private @Nullable GroupWord group(OverrideWord word) {
    if (!files.isGroup(word.key())) {
      return null;
    }
    if (word.kind() == OverrideWord.Kind.REMOVE) {
      return new GroupWord(word.key(), List.of(), false);
    }
    String typed = Objects.requireNonNull(word.text());
    boolean adds = word.kind() != OverrideWord.Kind.CHANGE;
    return typed.strip().startsWith("{") // a map of keys below the group's name
        ? null
        : new GroupWord(word.key(), WordValue.options(typed), adds);
  }

  /** Applies an override; returns a problem, or null. */
  private @Nullable String apply(Change change, ConfigTree tree) {
    String key = change.word.key();
    JsonNode present = tree.get(key);
    JsonNode value = change.value;
    switch (change.word.kind()) {
      case CHANGE -> {
        if (present == null) {
          return "no such key '%s'%s".formatted(key, hint(key));
        }
      }
      case ADD -> {
        if (present != null) {
          return "cannot add '%s': it exists with value (%s); change it with %s=%s"
              .formatted(key, text(present), key, text(value));
        }
      }
      case FORCE -> {}
      case REMOVE -> {
        if (present == null || (value != null && !value.equals(present))) {
          return present == null
              ? "cannot remove '%s': no such key%s".formatted(key, RunConfig.hint(key))
              : "cannot remove '%s': its value is (%s), not (%s)"
                  .formatted(key, text(present), text(value));
        }
        tree.remove(key);
        return null;
      }
    }
    tree.set(key, Objects.requireNonNull(value));
    return null;
  }

  /** Returns a suggestion for a misspelt key or group. */
  private String hint(String key) {
    String group = NearestName.hint(key, files.groups());
    String hint = group.isEmpty() ? RunConfig.hint(key) : group;
    return hint.isEmpty() ? "; 'reckoning config --keys' lists all keys" : hint;
  }

  private static String text(@Nullable JsonNode value) {
    if (value == null) {
      return "";
    }
    return value.isTextual() ? value.textValue() : value.toString();
  }
}
