package org.reckoning.cli.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.reckoning.trainer.config.ConfigException;
import org.reckoning.trainer.config.RunConfig;
import org.reckoning.trainer.config.YamlDocument;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * What every command that needs a configuration is given: a picocli mixin.
 *
 * <pre>{@code
 * @Mixin private ConfigOptions options = new ConfigOptions();
 *
 * public Integer call() {
 *   if (options.printsOnly()) { // --cfg job
 *     options.print(out);
 *     return 0;
 *   }
 *   for (ConfigOptions.Job job : options.jobs()) { ... job.config() ... }
 * }
 * }</pre>
 */
public final class ConfigOptions {
  /** System property with the directory that {@code configs} is in; the launcher sets it. */
  public static final String HOME = "reckoning.home";

  @Parameters(
      paramLabel = "OVERRIDE",
      arity = "0..*",
      description = {
        "key=value changes a key, group=option takes another file, +key=value adds, ++key=value does"
            + " either, ~key removes; put words with ~ { } [ ] $ in quotes"
      })
  private List<String> overrides = new ArrayList<>();

  @Option(
      names = "--config-dir",
      paramLabel = "DIR",
      description = "take configuration files from here, too; they win over the project's own")
  private @Nullable Path configDir;

  @Option(
      names = {"-m", "--multirun"},
      description = "run every combination of key=a,b and key=range(0,5)")
  private boolean multirun;

  @Option(
      names = "--cfg",
      paramLabel = "job",
      description = "print the composed configuration and end")
  private @Nullable Cfg cfg;

  @Option(names = "--resolve", description = "print values in place of $${...}")
  private boolean resolve;

  /** What {@code --cfg} prints. */
  enum Cfg {
    /** The configuration of the job. */
    JOB
  }

  /**
   * A run to be done.
   *
   * @param number from 0
   * @param overrides the words of this run
   * @param config its configuration, checked
   */
  public record Job(int number, List<String> overrides, RunConfig config) {
    /** Copies the words. */
    public Job {
      overrides = List.copyOf(overrides);
    }

    /** Returns {@code #0 seed=1 model=tiny}, as a sweep announces it. */
    @Override
    public String toString() {
      return "#" + number + " " + String.join(" ", overrides);
    }
  }

  /** Returns whether the command is to {@link #print} and do nothing else. */
  public boolean printsOnly() {
    return cfg != null;
  }

  /** Returns the words as they were given. */
  public List<String> words() {
    return List.copyOf(overrides);
  }

  /** Returns whether several runs are asked for. */
  public boolean multirun() {
    return multirun;
  }

  /**
   * Composes and checks the configuration of every run, one without {@code -m}.
   *
   * @throws ConfigException with all problems of all runs
   */
  public List<Job> jobs() {
    List<Job> jobs = new ArrayList<>();
    Set<String> problems = new LinkedHashSet<>();
    for (List<String> words : combinations()) {
      try {
        jobs.add(new Job(jobs.size(), words, composer().compose(words).bind()));
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
   * Prints the composed configuration of every run, checked or not.
   *
   * @throws ConfigException if it cannot be composed
   */
  public void print(PrintWriter out) {
    List<List<String>> combinations = combinations();
    for (int i = 0; i < combinations.size(); i++) {
      Composition composition = composer().compose(combinations.get(i));
      if (multirun) {
        String words = String.join(" ", combinations.get(i)).replaceAll("\\R", " ");
        out.printf("# #%d %s%n", i, words);
      }
      out.print(YamlDocument.write(resolve ? composition.resolved() : composition.written()));
    }
    out.flush();
  }

  /** Prints every key with its default and its documentation. */
  public void printKeys(PrintWriter out) {
    ConfigPath files = files();
    String shown = "";
    Composition defaults = composer().compose(List.of());
    for (KeyDoc doc : KeyDoc.of(files)) {
      if (!doc.shown().equals(shown)) {
        out.printf("%s%s%n", shown.isEmpty() ? "" : System.lineSeparator(), doc.shown());
        shown = doc.shown();
      }
      JsonNode value = ConfigTree.get(defaults.written(), doc.key());
      String text = value == null || !value.isTextual() ? String.valueOf(value) : value.textValue();
      out.printf("  %-34s %s%n", doc.key() + "=" + text, doc.text());
    }
    out.flush();
  }

  private List<List<String>> combinations() {
    return multirun ? Sweep.combinations(overrides) : List.of(overrides);
  }

  private Composer composer() {
    return new Composer(files(), System::getenv);
  }

  private ConfigPath files() {
    String home = Objects.requireNonNullElse(System.getProperty(HOME), "");
    return ConfigPath.of(configDir, Path.of(home));
  }
}
