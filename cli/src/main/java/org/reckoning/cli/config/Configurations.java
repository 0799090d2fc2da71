package org.reckoning.cli.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.reckoning.trainer.config.ConfigException;
import org.reckoning.trainer.config.YamlDocument;

/** Composes configurations from the project's files, those of the user, and words. */
public final class Configurations {
  private final ConfigPath files;

  /**
   * @param configDir directory of the user; null without one
   * @throws ConfigException if a directory is missing
   */
  public Configurations(@Nullable Path configDir) {
    String home = Objects.requireNonNullElse(System.getProperty(ConfigOptions.HOME), "");
    files = ConfigPath.of(configDir, Path.of(home));
  }

  /**
   * Expands overrides with lists of values to all combinations, as {@code -m} does.
   *
   * @throws ConfigException if a list is invalid, or combinations are too many
   */
  public static List<List<String>> combinations(List<String> words) {
    return Sweep.combinations(words);
  }

  /**
   * Composes and checks the configuration of every run.
   *
   * @param words overrides of each run
   * @throws ConfigException with all problems of all runs
   */
  public List<ConfigOptions.Job> jobs(List<List<String>> words) {
    List<ConfigOptions.Job> jobs = new ArrayList<>();
    Set<String> problems = new LinkedHashSet<>();
    for (List<String> each : words) {
      try {
        jobs.add(new ConfigOptions.Job(jobs.size(), each, compose(each).bind()));
      } catch (ConfigException e) {
        problems.addAll(e.problems());
      }
    }
    if (!problems.isEmpty()) {
      throw new ConfigException(List.copyOf(problems));
    }
    return jobs;
  }

  /**
   * Reads the description of a study.
   *
   * @param name of the file in the group {@code study}, without ending
   * @throws ConfigException if no such file exists, or it is not YAML
   */
  public ObjectNode study(String name) {
    ConfigFile file = files.read("study/" + name);
    return YamlDocument.of(file.text(), file.shown(), key -> !key.endsWith(".seeds")).root();
  }

  /** Returns the names of all studies. */
  public Set<String> studies() {
    return files.options("study");
  }

  /** Composes a configuration, still unchecked. */
  Composition compose(List<String> words) {
    return new Composer(files, System::getenv).compose(words);
  }

  /** Returns the search path. */
  ConfigPath files() {
    return files;
  }
}
