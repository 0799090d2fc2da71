package org.reckoning.trainer.weights.published;

import static org.reckoning.trainer.tensors.WeightsFormatException.quote;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.reckoning.trainer.files.MissingPathException;
import org.reckoning.trainer.tensors.SafetensorsFile;
import org.reckoning.trainer.tensors.WeightsFormatException;
import org.reckoning.trainer.weights.Gpt2Weights;
import org.reckoning.trainer.weights.LowRankMerge;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;

/**
 * A low-rank adapter, which is merged into each layer when it is read: {@code W + scale (B A)^T}.
 */
final class LowRankAdapter implements Gpt2Weights.TensorMap {
  static final String CONFIG = "adapter_config.json";
  static final String FILE = "adapter_model.safetensors";

  /**
   * Name of a factor: {@code base_model.model.transformer.h.0.attn.c_attn.lora_A.weight}; in some
   * files {@code .default}, the name of the adapter, follows {@code lora_A}.
   */
  private static final Pattern FACTOR =
      Pattern.compile(
          "(?:base_model\\.model\\.)?(?:transformer\\.)?"
              + "(h\\.\\d+\\.(?:attn|mlp)\\.c_\\w+)\\.lora_([AB])(?:\\.default)?\\.weight");

  private static final int MAX_LISTED = 6;

  private final Gpt2Weights base;
  private final SafetensorsFile file;
  private final AdapterFile settings;
  private final Map<String, Factors> factors;

  /** Names of a layer's factors in the file: A [rank, in] and B [out, rank]. */
  private record Factors(String a, String b) {}

  private LowRankAdapter(Gpt2Weights base, SafetensorsFile file, AdapterFile settings, Path path)
      throws IOException {
    this.base = base;
    this.file = file;
    this.settings = settings;
    this.factors = factors(path);
    checkTargets(path);
  }

  /**
   * Returns the weights of a base model with an adapter merged in.
   *
   * @param base the base model; closed with the result, or if the adapter is refused
   * @param directory a directory with the two files that PEFT writes
   */
  static Gpt2Weights open(Gpt2Weights base, Path directory) throws IOException {
    SafetensorsFile file = null;
    try {
      if (!Files.isDirectory(directory)) {
        throw new MissingPathException(
            "%s: no such directory; an adapter is a directory with %s and %s"
                .formatted(directory, CONFIG, FILE));
      }
      AdapterFile settings = AdapterFile.read(directory.resolve(CONFIG));
      Path path = directory.resolve(FILE);
      if (!Files.exists(path)) {
        throw new WeightsFormatException(
            directory,
            "must have the file %s%s"
                .formatted(
                    FILE,
                    hasPickled(directory)
                        ? "; a pickled file can run any program when it is read, so it is refused: save the adapter again with PEFT's save_pretrained, which writes safetensors"
                        : ""));
      }
      file = SafetensorsFile.open(path);
      LowRankAdapter adapter = new LowRankAdapter(base, file, settings, path);
      return base.mapped(
          "%s; adapter of rank %d merged into %d layers"
              .formatted(base.format(), settings.rank(), adapter.factors.size()),
          adapter);
    } catch (IOException | RuntimeException e) {
      base.close();
      if (file != null) {
        file.close();
      }
      throw e;
    }
  }

  private static boolean hasPickled(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.anyMatch(PublishedWeights::isPickled);
    }
  }

  /** Pairs the factors by layer; refuses any other tensor. */
  private Map<String, Factors> factors(Path path) throws WeightsFormatException {
    Map<String, String> a = new LinkedHashMap<>();
    Map<String, String> b = new LinkedHashMap<>();
    List<String> problems = new ArrayList<>();
    for (String name : file.names()) {
      Matcher matcher = FACTOR.matcher(name);
      if (!matcher.matches() || !base.config().parameterShapes().containsKey(weight(matcher))) {
        problems.add("unexpected " + quote(name));
      } else if ((matcher.group(2).equals("A") ? a : b).put(matcher.group(1), name) != null) {
        problems.add(quote(name) + " occurs twice");
      }
    }
    Map<String, Factors> factors = new LinkedHashMap<>();
    a.forEach(
        (layer, name) -> {
          String other = b.remove(layer);
          if (other == null) {
            problems.add("missing lora_B of " + layer);
          } else {
            factors.put(layer, new Factors(name, other));
            check(layer, name, other, problems);
          }
        });
    b.keySet().forEach(layer -> problems.add("missing lora_A of " + layer));
    if (!problems.isEmpty()) {
      throw refused(path, problems);
    }
    return factors;
  }

  private static String weight(Matcher factor) {
    return factor.group(1) + ".weight";
  }

  private void check(String layer, String a, String b, List<String> problems) {
    Shape weight = base.config().parameterShapes().get(layer + ".weight");
    if (weight == null) {
      return; // reported as unexpected
    }
    Shape wantedA = Shape.of(settings.rank(), weight.get(0));
    Shape wantedB = Shape.of(weight.get(1), settings.rank());
    if (!file.shape(a).equals(wantedA)) {
      problems.add("%s is %s, not %s".formatted(quote(a), file.shape(a), wantedA));
    }
    if (!file.shape(b).equals(wantedB)) {
      problems.add("%s is %s, not %s".formatted(quote(b), file.shape(b), wantedB));
    }
    for (String name : List.of(a, b)) {
      if (!file.isReadable(name)) {
        problems.add(
            "%s is %s, not F64, F32, F16 or BF16".formatted(quote(name), file.dtype(name)));
      }
    }
  }

  /** Checks that every layer that the settings name has factors. */
  private void checkTargets(Path path) throws WeightsFormatException {
    List<String> problems = new ArrayList<>();
    base.config()
        .parameterShapes()
        .forEach(
            (name, shape) -> {
              String layer = name.replaceFirst("\\.weight$", "");
              if (shape.numDimensions() == 2
                  && settings.targets(layer)
                  && !factors.containsKey(layer)) {
                problems.add("missing the factors of " + layer);
              }
            });
    if (factors.isEmpty()) {
      problems.add("no factors");
    }
    if (!problems.isEmpty()) {
      throw refused(path, problems);
    }
  }

  private static WeightsFormatException refused(Path path, List<String> problems) {
    String more =
        problems.size() > MAX_LISTED ? "; and %d more".formatted(problems.size() - MAX_LISTED) : "";
    return new WeightsFormatException(
        path,
        "must have the factors of adapter_config.json for this model: "
            + String.join("; ", problems.subList(0, Math.min(MAX_LISTED, problems.size())))
            + more);
  }

  @Override
  public TFloat32 apply(String name, TFloat32 weight) throws IOException {
    Factors of = name.endsWith(".weight") ? factors.get(name.replaceFirst("\\.weight$", "")) : null;
    if (of == null) {
      return weight;
    }
    try (weight;
        TFloat32 a = file.read(of.a());
        TFloat32 b = file.read(of.b())) {
      return LowRankMerge.merged(weight, a, b, settings.scale());
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
