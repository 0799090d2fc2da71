package org.reckoning.cli.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.reckoning.cli.config.DefaultsList.GroupWord;
import org.reckoning.graph.inspect.NearestName;
import org.reckoning.trainer.config.ConfigException;
import org.reckoning.trainer.config.RunConfig;

/**
 * Makes one configuration of files and words, in this order: {@code run.yaml} and what its defaults
 * list leads to, then the words that change a key, from left to right.
 */
final class Composer {
  private static final String PRIMARY = "run";

  private final ConfigPath files;
  private final Function<String, @Nullable String> environment;

  /** A word that changes a key, and its value. */
  private record Change(OverrideWord word, @Nullable JsonNode value) {}

  /**
   * @param environment gives the value of an environment variable, or null
   */
  Composer(ConfigPath files, Function<String, @Nullable String> environment) {
    this.files = files;
    this.environment = environment;
  }

  /**
   * Composes a configuration. A word that cannot be applied is told when it is bound, together with
   * all other problems.
   *
   * @param words overrides, each a single run's
   * @throws ConfigException if files are missing or cannot be read
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

  /** Without the files there is nothing that the other words could be applied to. */
  private List<ConfigFile> expand(List<GroupWord> groups, List<String> problems) {
    try {
      return DefaultsList.expand(files, PRIMARY, groups);
    } catch (ConfigException e) {
      problems.addAll(e.problems());
      throw new ConfigException(problems);
    }
  }

  /** Returns what a word chooses of a group, null if it changes a key. */
  private @Nullable GroupWord group(OverrideWord word) {
    if (!files.isGroup(word.key())) {
      return null;
    }
    if (word.kind() == OverrideWord.Kind.REMOVE) {
      return new GroupWord(word.key(), List.of(), false);
    }
    String typed = Objects.requireNonNull(word.text());
    boolean adds = word.kind() != OverrideWord.Kind.CHANGE;
    return typed.strip().startsWith("{") // keys below the one that has the group's name
        ? null
        : new GroupWord(word.key(), WordValue.options(typed), adds);
  }

  /** Returns what is wrong, or null. */
  private @Nullable String apply(Change change, ConfigTree tree) {
    String key = change.word.key();
    JsonNode present = tree.get(key);
    JsonNode value = change.value;
    switch (change.word.kind()) {
      case CHANGE -> {
        if (present == null) {
          return "could not override '%s', which there is not%s".formatted(key, hint(key));
        }
      }
      case ADD -> {
        if (present != null) {
          return "could not add '%s', which is there (%s); to change it use %s=%s"
              .formatted(key, text(present), key, text(value));
        }
      }
      case FORCE -> {}
      case REMOVE -> {
        if (present == null || (value != null && !value.equals(present))) {
          return "could not remove '%s', which is %s%s"
              .formatted(
                  key,
                  present == null ? "not there" : text(present),
                  present == null ? RunConfig.hint(key) : " and not " + text(value));
        }
        tree.remove(key);
        return null;
      }
    }
    tree.set(key, Objects.requireNonNull(value));
    return null;
  }

  /** A misspelt group looks like a key. Hydra would suggest +key, which no record takes. */
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
