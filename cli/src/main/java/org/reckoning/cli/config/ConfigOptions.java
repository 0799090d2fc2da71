package org.reckoning.cli.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.reckoning.trainer.config.ConfigException;
import org.reckoning.trainer.config.RunConfig;
import org.reckoning.trainer.config.YamlDocument;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * Options and overrides of commands that take a configuration, as a picocli mixin.
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
  /** System property with the parent directory of {@code configs}; the launcher sets it. */
  public static final String HOME = "reckoning.home";

  @Spec(Spec.Target.MIXEE)
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Parameters(
      paramLabel = "OVERRIDE",
      arity = "0..*",
      description = {
        "key=value changes a key, group=option chooses a file, +key=value adds a key, ++key=value"
            + " changes or adds, ~key removes. Quote words with ~ { } [ ] $."
      })
  private List<String> overrides = new ArrayList<>();

  @Option(
      names = "--config-dir",
      paramLabel = "DIR",
      description =
          "Directory of further configuration files; they take precedence over the project's.")
  private @Nullable Path configDir;

  @Option(
      names = {"-m", "--multirun"},
      description = "Run all combinations of key=a,b and key=range(0,5).")
  private boolean multirun;

  @Option(
      names = "--cfg",
      paramLabel = "job",
      description = "Print the composed configuration and exit.")
  private @Nullable Cfg cfg;

  @Option(names = "--resolve", description = "Print values instead of references $${...}.")
  private boolean resolve;

  /** Choices of {@code --cfg}. */
  enum Cfg {
    /** Prints the configuration of the job. */
    JOB
  }

  /**
   * A planned run.
   *
   * @param number number from 0
   * @param overrides overrides of this run
   * @param config checked configuration
   */
  public record Job(int number, List<String> overrides, RunConfig config) {
    /** Copies the words. */
    public Job {
      overrides = List.copyOf(overrides);
    }

    /** Returns number and overrides: {@code #0 seed=1 model=tiny}. */
    @Override
    public String toString() {
      return "#" + number + " " + String.join(" ", overrides);
    }
  }

  /**
   * Refuses options of this class that have no effect beside another one.
   *
   * @param because the other option
   * @param names of options of this class
   * @throws ConfigException with all options that were given
   */
  public void refuse(String because, String... names) {
    List<String> given =
        Stream.of(names).filter(spec.commandLine().getParseResult()::hasMatchedOption).toList();
    if (!given.isEmpty()) {
      throw new ConfigException(
          given.stream()
              .map(name -> "%s has no effect with %s: omit it".formatted(name, because))
              .toList());
    }
  }

  /**
   * Returns whether the command should only {@link #print}.
   *
   * @throws ConfigException if {@code --resolve} was given and nothing is printed
   */
  public boolean printsOnly() {
    if (resolve && cfg == null) {
      throw new ConfigException(
          List.of("--resolve has no effect without --cfg job: add it, or omit --resolve"));
    }
    return cfg != null;
  }

  /** Returns whether a configuration is printed unchecked. */
  boolean isUnchecked() {
    return cfg != null;
  }

  /** Returns the overrides, unchanged. */
  public List<String> words() {
    return List.copyOf(overrides);
  }

  /** Returns whether {@code -m} asks for several runs. */
  public boolean multirun() {
    return multirun;
  }

  /**
   * Composes and checks the configuration of every run; there is one without {@code -m}.
   *
   * @throws ConfigException with all problems of all runs
   */
  public List<Job> jobs() {
    return configurations().jobs(combinations());
  }

  /**
   * Prints the composed configuration of every run, unchecked.
   *
   * @throws ConfigException if it cannot be composed
   */
  public void print(PrintWriter out) {
    List<List<String>> combinations = combinations();
    for (int i = 0; i < combinations.size(); i++) {
      Composition composition = configurations().compose(combinations.get(i));
      if (multirun) {
        String words = String.join(" ", combinations.get(i)).replaceAll("\\R", " ");
        out.printf("# #%d %s%n", i, words);
      }
      out.print(YamlDocument.write(resolve ? composition.resolved() : composition.written()));
    }
    out.flush();
  }

  /** Prints every key with its default and documentation. */
  public void printKeys(PrintWriter out) {
    String shown = "";
    Composition defaults = configurations().compose(List.of());
    for (KeyDoc doc : KeyDoc.of(configurations().files())) {
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

  /** Prints a JSON schema of configuration files. */
  void printSchema(PrintWriter out) {
    out.print(ConfigSchema.of(configurations()));
    out.flush();
  }

  private List<List<String>> combinations() {
    return multirun ? Sweep.combinations(overrides) : List.of(overrides);
  }

  private Configurations configurations() {
    return new Configurations(configDir);
  }
}
