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

/** Where a command writes a model, and with which tokens. */
final class ModelTarget {
  private static final String FULL = "full";

  @Spec(Spec.Target.MIXEE)
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec command;

  @Option(
      names = "--to",
      required = true,
      paramLabel = "DIR",
      description = "Directory to write; it appears when it is complete.")
  @SuppressWarnings("NullAway.Init") // set by picocli
  private Path to;

  @Option(names = "--force", description = "Replace a model that is there.")
  private boolean force;

  @Option(
      names = "--vocabulary",
      paramLabel = "full|FILE",
      description = {
        "Tokens that the model is to know: all 50,257 of GPT-2, or those of the vocabulary.json of"
            + " a run or model.",
        "Embeddings are picked by token. Without it the tokens are as they are."
      })
  private @Nullable String vocabulary;

  @Option(
      names = "--base",
      paramLabel = "PATH",
      description =
          "Model of the same width to take the embeddings from of tokens that the model does not"
              + " know.")
  private @Nullable Path base;

  Path to() {
    return to;
  }

  /** Returns the tokens that are asked for. */
  @Nullable Vocabulary vocabulary() throws IOException {
    if (vocabulary == null) {
      return null;
    }
    return vocabulary.equals(FULL) ? Vocabulary.full() : Vocabulary.load(Path.of(vocabulary));
  }

  /** Says at once what cannot be, before anything is read. */
  void check() {
    if (base != null && vocabulary == null) {
      throw new ParameterException(
          command.commandLine(),
          "--base (%s) gives tokens that --vocabulary asks for, so both are needed"
              .formatted(base));
    }
    if (vocabulary != null
        && !vocabulary.equals(FULL)
        && !Files.isRegularFile(Path.of(vocabulary))) {
      throw new ParameterException(
          command.commandLine(),
          "--vocabulary (%s) must be %s or a vocabulary.json, and there is no such file"
              .formatted(vocabulary, FULL));
    }
    try {
      ModelDirectory.checkTarget(to, force);
    } catch (IOException e) {
      throw new ParameterException(
          command.commandLine(), "--to: " + String.valueOf(e.getMessage()), e);
    }
  }

  /** Refuses {@code --base} where nothing is picked. */
  void checkNoBase() {
    if (base != null) {
      throw new ParameterException(
          command.commandLine(),
          "--base (%s) must be left out, as random weights know every token".formatted(base));
    }
  }

  /** Writes the directory. */
  void create(ModelDirectory.Content content) throws IOException {
    ModelDirectory.create(to, force, content);
  }

  /** Gives the weights, with the tokens that are asked for, to what writes them. */
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
      boolean others = weights.vocabulary().isPresent(); // would give the tokens that lack
      throw others ? new IOException(e.getMessage() + " (--base names them)", e) : e;
    }
  }

  /** Does something with weights. */
  @FunctionalInterface
  interface Use {
    void of(Gpt2Weights weights) throws IOException;
  }

  /** Tells what was written. */
  void report(Gpt2Weights weights) {
    PrintWriter out = command.commandLine().getOut();
    out.printf("%s: %,d parameters%n", to, weights.config().parameterCount());
    out.printf("  from %s%n", weights.format());
    if (weights.padding() > 0) {
      out.printf(
          "  with %,d rows of padding after the tokens, kept as they are%n", weights.padding());
    }
    int tokens = weights.config().vocabSize();
    String known = weights.vocabulary().map(each -> each.isFull() ? "full" : "compact").orElse("");
    switch (known) {
      case "full" -> out.println("  with the files of GPT-2's tokenizer");
      case "compact" ->
          out.printf(
              "  with vocabulary.json: %,d tokens numbered anew, which no tokenizer of transformers"
                  + " knows%n",
              tokens);
      default -> out.printf("  without tokenizer: which %,d tokens it has is not said%n", tokens);
    }
    out.flush();
  }
}
