package org.reckoning.trainer.weights.published;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.reckoning.trainer.files.MissingPathException;
import org.reckoning.trainer.tensors.WeightsFormatException;
import org.reckoning.trainer.text.ShellWord;
import org.reckoning.trainer.weights.Gpt2Weights;

/** Opens published weights; detects their form. */
public final class PublishedWeights {
  private PublishedWeights() {}

  /**
   * Opens published weights and checks everything but the numbers. Reading a tensor fails unless
   * all its numbers are finite.
   *
   * @param path a directory or file of the Hugging Face form, {@code config.json} and {@code
   *     model.safetensors} or its shards; a directory with OpenAI's TensorFlow checkpoint and its
   *     {@code hparams.json}; one of these in the cache of the Hugging Face hub; or an adapter with
   *     its base model
   * @throws MissingPathException if the path is none of these
   * @throws WeightsFormatException if the model is malformed or not a GPT-2
   */
  public static Gpt2Weights open(Path path) throws IOException {
    return Gpt2Weights.finite(path, openUnchecked(path));
  }

  /** Opens published weights without requiring finite numbers, to inspect them. */
  public static Gpt2Weights openUnchecked(Path path) throws IOException {
    return find(path);
  }

  /**
   * Returns the directory of published weights.
   *
   * @param path as for {@link #open}: the directory, a file in it, or a name in the cache of the
   *     hub
   */
  public static Path directory(Path path) throws IOException {
    Path found = HubCache.snapshot(path).orElse(path);
    return Files.isRegularFile(found)
        ? Objects.requireNonNull(found.toAbsolutePath().getParent()) // it has a name
        : found;
  }

  /**
   * Opens a model with a low-rank adapter merged into it.
   *
   * @param adapter a directory that PEFT or this program has written
   * @throws WeightsFormatException if the adapter is of another kind, or of another model
   */
  public static Gpt2Weights openAdapted(Path base, Path adapter) throws IOException {
    return Gpt2Weights.finite(adapter, LowRankAdapter.open(openUnchecked(base), adapter));
  }

  private static Gpt2Weights find(Path named) throws IOException {
    Path path = HubCache.snapshot(named).orElse(named);
    if (!Files.exists(path)) {
      ModelDirectory.finishReplacement(path);
    }
    if (!Files.exists(path)) {
      throw new MissingPathException(path + ": no such file or directory");
    }
    if (Files.isRegularFile(path)) {
      return openFile(path);
    }
    if (!Files.isDirectory(path)) {
      throw new WeightsFormatException(path, "must be a file or a directory");
    }
    Path one = path.resolve(HuggingFaceWeights.FILE);
    Path index = path.resolve(HuggingFaceWeights.INDEX);
    if (Files.exists(one)) {
      return HuggingFaceWeights.openFile(one);
    }
    if (Files.exists(index)) {
      return HuggingFaceWeights.openShards(index);
    }
    if (Files.exists(path.resolve(OpenAiWeights.SIZES))) {
      return OpenAiWeights.open(path);
    }
    refuseBrokenLink(one);
    refuseBrokenLink(index);
    refusePickled(path);
    if (Files.exists(path.resolve(ModelDirectory.ADAPTER))) {
      return openAdapter(path);
    }
    throw new MissingPathException(
        "%s: must be a directory with %s, or %s, or OpenAI's %s and checkpoint%s"
            .formatted(
                path,
                HuggingFaceWeights.FILE,
                HuggingFaceWeights.INDEX,
                OpenAiWeights.SIZES,
                HubCache.hint(path)));
  }

  /** Opens an adapter that this program wrote, with its base model in a subdirectory. */
  private static Gpt2Weights openAdapter(Path adapter) throws IOException {
    Path base = adapter.resolve(ModelDirectory.BASE);
    if (!Files.isDirectory(base)) {
      throw new WeightsFormatException(
          adapter,
          "is an adapter without a base model; merge it into its model: ./reckoning model import --from MODEL --adapter %s --to DIR"
              .formatted(ShellWord.quoted(adapter)));
    }
    return LowRankAdapter.open(find(base), adapter);
  }

  private static Gpt2Weights openFile(Path file) throws IOException {
    String name = String.valueOf(file.getFileName());
    Path directory = Objects.requireNonNull(file.toAbsolutePath().getParent()); // it has a name
    if (name.endsWith(".safetensors.index.json")) {
      return HuggingFaceWeights.openShards(file);
    }
    if (name.equals(HuggingFaceWeights.CONFIG) || name.equals(OpenAiWeights.SIZES)) {
      return find(directory);
    }
    if (isPickled(file)) {
      throw pickled(file, directory);
    }
    if (Pattern.matches(".*\\.(index|meta|data-\\d+-of-\\d+)", name)) {
      throw new WeightsFormatException(
          file,
          "is part of a TensorFlow checkpoint; give the directory with %s instead"
              .formatted(OpenAiWeights.SIZES));
    }
    return HuggingFaceWeights.openFile(file);
  }

  private static void refuseBrokenLink(Path file) throws WeightsFormatException {
    if (Files.isSymbolicLink(file)) {
      throw new WeightsFormatException(
          file, "is a link to a missing file; download the model again");
    }
  }

  private static void refusePickled(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      Optional<Path> first = files.filter(PublishedWeights::isPickled).sorted().findFirst();
      if (first.isPresent()) {
        throw pickled(first.get(), directory);
      }
    }
  }

  static boolean isPickled(Path file) {
    String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
    return Pattern.matches(".*\\.(bin|pt|pth|ckpt|pkl|pickle)", name);
  }

  private static WeightsFormatException pickled(Path file, Path directory) {
    return new WeightsFormatException(
        file,
        ("is pickled, and reading a pickled file can run any program; convert it where you trust it, named pytorch_model.bin and with config.json beside it: python3 -c"
                + " 'import sys; from transformers import GPT2LMHeadModel as M;"
                + " M.from_pretrained(sys.argv[1]).save_pretrained(sys.argv[2])' %s %s")
            .formatted(ShellWord.quoted(directory), ShellWord.quoted(directory + "-safetensors")));
  }
}
