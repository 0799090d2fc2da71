package org.reckoning.cli.model;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.reckoning.trainer.run.RunWeights;
import org.reckoning.trainer.tokens.Vocabulary;
import org.reckoning.trainer.weights.Gpt2Weights;
import org.reckoning.trainer.weights.published.ModelDirectory;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Options of a written model: its directory and its tokens. */
final class ModelTarget {
  private static final String FULL = "full";

  @Spec(Spec.Target.MIXEE)
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec command;

  @Option(
      names = "--to",
      required = true,
      paramLabel = "DIR",
      description = "Directory to create; it appears when complete.")
  @SuppressWarnings("NullAway.Init") // set by picocli
  private Path to;

  @Option(names = "--force", description = "Replace an existing model.")
  private boolean force;

  @Option(
      names = "--vocabulary",
      paramLabel = "full|FILE",
      description = {
        "Tokens of the written model: all 50,257 of GPT-2, or those of the vocabulary.json of a run"
            + " or model. Embeddings are selected by token. By default the tokens stay the same."
      })
  private @Nullable String vocabulary;

  @Option(
      names = "--base",
      paramLabel = "PATH",
      description = "Model of the same width with the embeddings of missing tokens.")
  private @Nullable Path base;

  Path to() {
    return to;
  }

  /** Returns the chosen tokens; null without a choice. */
  @Nullable Vocabulary vocabulary() throws IOException {
    if (vocabulary == null) {
      return null;
    }
    return vocabulary.equals(FULL) ? Vocabulary.full() : Vocabulary.load(Path.of(vocabulary));
  }

  /** Rejects invalid options before anything is read. */
  void check() {
    if (base != null && vocabulary == null) {
      throw new ParameterException(
          command.commandLine(),
          "--base (%s) needs --vocabulary, which chooses the tokens".formatted(base));
    }
    if (vocabulary != null
        && !vocabulary.equals(FULL)
        && !Files.isRegularFile(Path.of(vocabulary))) {
      throw new ParameterException(
          command.commandLine(),
          "--vocabulary (%s) must be %s or an existing vocabulary.json"
              .formatted(vocabulary, FULL));
    }
    try {
      ModelDirectory.checkTarget(to, force);
    } catch (IOException e) {
      throw new ParameterException(
          command.commandLine(), "--to: " + String.valueOf(e.getMessage()), e);
    }
  }

  /** Rejects {@code --base} for a command that needs none. */
  void checkNoBase() {
    if (base != null) {
      throw new ParameterException(
          command.commandLine(),
          "--base (%s) must be omitted: random weights have every token".formatted(base));
    }
  }

  /** Creates the directory. */
  void create(ModelDirectory.Content content) throws IOException {
    ModelDirectory.create(to, force, content);
  }

  /** Passes the weights with the chosen tokens to a writer. */
  void withTokens(Gpt2Weights weights, Use use) throws IOException {
    Vocabulary wanted = vocabulary();
    if (wanted == null) {
      use.of(weights);
    } else if (base == null) {
      use.of(hinted(weights, wanted));
    } else {
      try (Gpt2Weights others = RunWeights.openAny(base)) {
        use.of(weights.withVocabulary(wanted, others));
      }
    }
  }

  private static Gpt2Weights hinted(Gpt2Weights weights, Vocabulary wanted) throws IOException {
    try {
      return weights.withVocabulary(wanted);
    } catch (IOException e) {
      boolean others = weights.vocabulary().isPresent(); // --base would supply the missing tokens
      throw others ? new IOException(e.getMessage() + " (--base names them)", e) : e;
    }
  }

  /** A use of weights. */
  @FunctionalInterface
  interface Use {
    /** Uses the weights. */
    void of(Gpt2Weights weights) throws IOException;
  }

  /** Prints a summary of the written model. */
  void report(Gpt2Weights weights) {
    PrintWriter out = command.commandLine().getOut();
    out.printf("%s: %,d parameters%n", to, weights.config().parameterCount());
    out.printf("  from %s%n", weights.format());
    if (weights.padding() > 0) {
      out.printf("  with %,d unchanged rows of padding after the tokens%n", weights.padding());
    }
    int tokens = weights.config().vocabSize();
    String known = weights.vocabulary().map(each -> each.isFull() ? "full" : "compact").orElse("");
    switch (known) {
      case "full" -> out.println("  with the files of GPT-2's tokenizer");
      case "compact" ->
          out.printf(
              "  with vocabulary.json: %,d renumbered tokens, for which transformers has no tokenizer%n",
              tokens);
      default -> out.printf("  without tokenizer: the %,d tokens are unknown%n", tokens);
    }
    out.flush();
  }
}
