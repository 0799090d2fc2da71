package org.reckoning.trainer.weights.published;

import static org.reckoning.trainer.tensors.WeightsFormatException.quote;
import static org.reckoning.trainer.weights.published.TensorNames.HEAD;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.gpt2.Gpt2Config;
import org.reckoning.trainer.tensors.SafetensorsFile;
import org.reckoning.trainer.tensors.TensorDifference;
import org.reckoning.trainer.tensors.WeightsFormatException;
import org.reckoning.trainer.tokens.Vocabulary;
import org.reckoning.trainer.weights.Gpt2Weights;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;

/**
 * A GPT-2 in the Hugging Face form: {@code config.json} and one or more safetensors files.
 *
 * <p>Prefixes of names are removed, see {@link TensorNames}. Attention masks, which old files
 * contain, are ignored. The output head is tied to {@code wte.weight}: a file may have either name,
 * or both.
 */
final class HuggingFaceWeights implements Gpt2Weights {
  static final String CONFIG = "config.json";
  static final String FILE = "model.safetensors";
  static final String INDEX = "model.safetensors.index.json";

  /** The file with the tokens of a compact vocabulary. */
  static final String VOCABULARY = "vocabulary.json";

  private static final Pattern MASK = Pattern.compile("h\\.\\d+\\.attn\\.(masked_)?bias");

  /** Largest number of tensors in a message. */
  private static final int MAX_LISTED = 6;

  /** A tensor in one of the files. */
  private record Stored(SafetensorsFile file, String name) {
    Shape shape() {
      return file.shape(name);
    }

    TFloat32 read() throws IOException {
      return file.read(name);
    }

    boolean isReadable() {
      return file.isReadable(name);
    }
  }

  private final Path path; // named in messages
  private final List<SafetensorsFile> files;
  private final Gpt2ConfigFile.Content content;
  private final TokenRows rows;
  private final Map<String, Stored> parameters = new LinkedHashMap<>();

  private HuggingFaceWeights(Path path, List<SafetensorsFile> files) throws IOException {
    this.path = path;
    this.files = files;
    Path directory = Objects.requireNonNull(path.toAbsolutePath().getParent());
    Path config = directory.resolve(CONFIG);
    if (!Files.exists(config)) {
      throw new WeightsFormatException(path, "config.json must be in the same directory");
    }
    content = Gpt2ConfigFile.read(config);
    rows = rows(directory, content.config().vocabSize());
    Map<String, Stored> stored = stored();
    Stored head = stored.remove(HEAD);
    boolean hasEmbedding = stored.containsKey(EMBEDDING);
    if (head != null && !hasEmbedding) {
      stored.put(EMBEDDING, head);
    }
    checkShapes(stored);
    content
        .config()
        .parameterShapes()
        .keySet()
        .forEach(name -> parameters.put(name, Objects.requireNonNull(stored.get(name))));
    checkPrefixes(head);
    if (head != null && hasEmbedding) {
      checkHead(head);
    }
  }

  static HuggingFaceWeights openFile(Path file) throws IOException {
    return of(file, List.of(SafetensorsFile.open(file)));
  }

  static HuggingFaceWeights openShards(Path index) throws IOException {
    return of(index, ShardIndex.read(index).open());
  }

  private static HuggingFaceWeights of(Path path, List<SafetensorsFile> files) throws IOException {
    try {
      return new HuggingFaceWeights(path, files);
    } catch (IOException | RuntimeException e) {
      for (SafetensorsFile file : files) {
        file.close();
      }
      throw e;
    }
  }

  private static TokenRows rows(Path directory, int rows) throws IOException {
    Path file = directory.resolve(VOCABULARY);
    if (!Files.exists(file)) {
      TokenRows guessed = TokenRows.of(rows);
      return guessed.vocabulary().isPresent() && TokenizerFiles.areOfAnother(directory)
          ? new TokenRows(rows, 0, Optional.empty())
          : guessed;
    }
    Vocabulary vocabulary = Vocabulary.load(file);
    if (vocabulary.isFull() && TokenRows.of(rows).tokens() == vocabulary.size()) {
      return TokenRows.of(rows);
    }
    if (vocabulary.size() != rows) {
      throw new WeightsFormatException(
          file,
          "size (%d) must equal vocab_size (%d) in config.json".formatted(vocabulary.size(), rows));
    }
    return new TokenRows(rows, 0, Optional.of(vocabulary));
  }

  /** Returns a map from parameter to tensor, with the output head. */
  private Map<String, Stored> stored() throws WeightsFormatException {
    Map<String, Stored> stored = new LinkedHashMap<>();
    for (SafetensorsFile file : files) {
      for (String name : file.names()) {
        String parameter = TensorNames.parameter(name);
        if (MASK.matcher(parameter).matches()) {
          continue;
        }
        Stored other = stored.put(parameter, new Stored(file, name));
        if (other != null) {
          throw new WeightsFormatException(
              path,
              "tensor %s must occur once but occurs as %s and as %s"
                  .formatted(quote(parameter), quote(other.name()), quote(name)));
        }
      }
    }
    return stored;
  }

  /** Checks that all names have the same prefix, so that all parameters are from one model. */
  private void checkPrefixes(@Nullable Stored head) throws WeightsFormatException {
    Stored first = parameter("wpe.weight"); // the embedding may be stored as the head
    String prefix = TensorNames.prefix(first.name());
    for (Map.Entry<String, Stored> each : parameters.entrySet()) {
      String name = each.getValue().name();
      if (!each.getValue().equals(head) && !TensorNames.prefix(name).equals(prefix)) {
        throw mixed(first.name(), name);
      }
    }
    if (head != null && !prefix.startsWith(TensorNames.prefix(head.name()))) {
      throw mixed(first.name(), head.name());
    }
  }

  private WeightsFormatException mixed(String name, String other) {
    return new WeightsFormatException(
        path,
        "the names of all tensors must have the same prefix but %s and %s differ; save the whole model at once"
            .formatted(quote(name), quote(other)));
  }

  private void checkShapes(Map<String, Stored> stored) throws WeightsFormatException {
    Gpt2Config config = content.config();
    if (config.nLayer() > Math.max(stored.size(), 1)) { // before all shapes are listed
      throw new WeightsFormatException(
          path,
          "has %d tensors, too few for n_layer (%d) in config.json"
              .formatted(stored.size(), config.nLayer()));
    }
    Map<String, Shape> shapes = config.parameterShapes();
    List<String> missing = new ArrayList<>();
    List<String> wrong = new ArrayList<>();
    List<String> unreadable = new ArrayList<>();
    shapes.forEach(
        (name, shape) -> {
          Stored tensor = stored.get(name);
          if (tensor == null) {
            missing.add(name);
          } else if (!tensor.shape().equals(shape)) {
            wrong.add("%s is %s, not %s".formatted(name, tensor.shape(), shape));
          } else if (!tensor.isReadable()) {
            unreadable.add("%s is %s".formatted(name, tensor.file().dtype(tensor.name())));
          }
        });
    List<String> unexpected =
        stored.keySet().stream()
            .filter(name -> !shapes.containsKey(name))
            .map(WeightsFormatException::quote)
            .toList();
    List<String> problems = new ArrayList<>();
    addProblem(problems, "missing ", missing);
    addProblem(problems, "unexpected ", unexpected);
    addProblem(problems, "wrong shape ", wrong);
    if (hasTransposed(stored, shapes)) {
      problems.add(
          "linear layers must be [in, out]; nanoGPT and torch.nn.Linear store the transpose");
    }
    addProblem(problems, "neither F64, F32, F16 nor BF16 ", unreadable);
    if (!problems.isEmpty()) {
      throw new WeightsFormatException(
          path, "must have the tensors of config.json: " + String.join("; ", problems));
    }
  }

  private static boolean hasTransposed(Map<String, Stored> stored, Map<String, Shape> shapes) {
    return shapes.entrySet().stream()
        .anyMatch(
            each -> {
              Stored tensor = stored.get(each.getKey());
              Shape shape = each.getValue();
              return tensor != null
                  && each.getKey().startsWith("h.")
                  && shape.numDimensions() == 2
                  && shape.get(0) != shape.get(1)
                  && tensor.shape().equals(Shape.of(shape.get(1), shape.get(0)));
            });
  }

  private static void addProblem(List<String> problems, String what, List<String> names) {
    if (!names.isEmpty()) {
      String more =
          names.size() > MAX_LISTED ? " and %,d more".formatted(names.size() - MAX_LISTED) : "";
      problems.add(what + names.subList(0, Math.min(MAX_LISTED, names.size())) + more);
    }
  }

  private void checkHead(Stored head) throws IOException {
    if (!equalsEmbedding(head)) {
      throw new WeightsFormatException(
          path, "tensor '%s' must equal the tied tensor '%s'".formatted(HEAD, EMBEDDING));
    }
  }

  private boolean equalsEmbedding(Stored head) throws IOException {
    Stored embedding = parameter(EMBEDDING);
    if (!head.shape().equals(embedding.shape())) {
      return false;
    }
    try (TFloat32 output = head.read();
        TFloat32 words = embedding.read()) {
      return TensorDifference.of(words, output).largest() == 0;
    }
  }

  private Stored parameter(String name) {
    Stored stored = parameters.get(name);
    if (stored == null) {
      throw new IllegalArgumentException(
          "%s: no parameter %s; known: %s".formatted(path, quote(name), parameters.keySet()));
    }
    return stored;
  }

  @Override
  public Gpt2Config config() {
    return content.config().withVocabSize(rows.tokens());
  }

  @Override
  public int padding() {
    return rows.padding();
  }

  @Override
  public Optional<Vocabulary> vocabulary() {
    return rows.vocabulary();
  }

  @Override
  public int endOfText() {
    return rows.vocabulary().map(Vocabulary::endOfText).orElse(content.endOfText());
  }

  @Override
  public String format() {
    String dtypes =
        parameters.values().stream()
            .map(stored -> stored.file().dtype(stored.name()))
            .distinct()
            .collect(Collectors.joining(" and "));
    String count = files.size() == 1 ? "1 file" : files.size() + " files";
    return "safetensors, %s, %s".formatted(count, dtypes);
  }

  @Override
  public TFloat32 read(String name) throws IOException {
    Stored stored = parameter(name);
    return name.equals(EMBEDDING)
        ? stored.file().readRows(stored.name(), rows.tokens())
        : stored.read();
  }

  @Override
  public TFloat32 readStored(String name) throws IOException {
    return parameter(name).read();
  }

  @Override
  public void close() throws IOException {
    for (SafetensorsFile file : files) {
      file.close();
    }
  }
}
