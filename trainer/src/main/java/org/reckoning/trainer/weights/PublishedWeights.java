package org.reckoning.trainer.weights;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.reckoning.trainer.files.MissingPathException;

/** Finds out of which form weights are. */
final class PublishedWeights {
  private PublishedWeights() {}

  static Gpt2Weights open(Path named) throws IOException {
    Path path = HubCache.snapshot(named).orElse(named);
    if (!Files.exists(path)) {
      ModelDirectory.finishReplacement(path);
    }
    if (!Files.exists(path)) {
      throw new MissingPathException(path + ": there is no such file or directory");
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

  /** Opens an adapter of ours, which has its base beside it. */
  private static Gpt2Weights openAdapter(Path adapter) throws IOException {
    Path base = adapter.resolve(ModelDirectory.BASE);
    if (!Files.isDirectory(base)) {
      throw new WeightsFormatException(
          adapter,
          "is an adapter and has no weights of its own; merge it into the model that it belongs to:"
              + " reckoning model import --from MODEL --adapter %s --to DIR".formatted(adapter));
    }
    return AdaptedWeights.open(open(base), adapter);
  }

  private static Gpt2Weights openFile(Path file) throws IOException {
    String name = String.valueOf(file.getFileName());
    Path directory = Objects.requireNonNull(file.toAbsolutePath().getParent()); // it has a name
    if (name.endsWith(".safetensors.index.json")) {
      return HuggingFaceWeights.openShards(file);
    }
    if (name.equals(HuggingFaceWeights.CONFIG) || name.equals(OpenAiWeights.SIZES)) {
      return open(directory);
    }
    if (isPickled(file)) {
      throw pickled(file, directory);
    }
    if (Pattern.matches(".*\\.(index|meta|data-\\d+-of-\\d+)", name)) {
      throw new WeightsFormatException(
          file,
          "is a part of a TensorFlow checkpoint; give its directory, with %s in it"
              .formatted(OpenAiWeights.SIZES));
    }
    return HuggingFaceWeights.openFile(file);
  }

  private static void refuseBrokenLink(Path file) throws WeightsFormatException {
    if (Files.isSymbolicLink(file)) {
      throw new WeightsFormatException(
          file, "is a link to a file that is not there; download the model again");
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
        ("is pickled, and to read such a file is to run whatever program it holds; convert it where"
                + " you trust it, with config.json beside it and named pytorch_model.bin: python3 -c"
                + " 'import sys; from transformers import GPT2LMHeadModel as M;"
                + " M.from_pretrained(sys.argv[1]).save_pretrained(sys.argv[2])' %s %s")
            .formatted(shellWord(directory.toString()), shellWord(directory + "-safetensors")));
  }

  /** Returns what a shell takes as just this text. */
  private static String shellWord(String text) {
    return text.matches("[\\w./-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
  }
}
