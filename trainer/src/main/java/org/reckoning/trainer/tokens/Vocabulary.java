package org.reckoning.trainer.tokens;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.reckoning.graph.text.TextVocabulary;
import org.reckoning.trainer.files.DurableFiles;
import org.reckoning.trainer.files.Json;
import org.reckoning.trainer.files.TextFile;

/**
 * A map between the token ids of a model and those of GPT-2.
 *
 * <p>A small model does not need 50,257 embeddings for the few hundred tokens of its data. A
 * compact vocabulary numbers the tokens that occur from 0, in ascending order of their GPT-2 ids.
 * For {@code [995, 11, 50256]}, model id 0 is 11, 1 is 995 and 2 is the end of text. The end of
 * text is always present and always last.
 */
public final class Vocabulary {
  private static final String TOKENIZER = "gpt2";
  private static final Vocabulary FULL =
      new Vocabulary(IntStream.range(0, Tokenizer.SIZE).toArray());

  private static final int UNKNOWN = -1; // a token that is not in the vocabulary

  private final int[] gpt2Ids; // ascending, by model id [V]
  private final int[] modelIds; // by id of GPT-2, or UNKNOWN

  private Vocabulary(int[] gpt2Ids) {
    this.gpt2Ids = gpt2Ids;
    modelIds = new int[Tokenizer.SIZE];
    Arrays.fill(modelIds, UNKNOWN);
    for (int modelId = 0; modelId < gpt2Ids.length; modelId++) {
      modelIds[gpt2Ids[modelId]] = modelId;
    }
  }

  /** Returns the full vocabulary: all tokens of GPT-2 with their own ids. */
  public static Vocabulary full() {
    return FULL;
  }

  /**
   * Returns the compact vocabulary of given tokens and the end of text.
   *
   * @param gpt2Ids ids in any order, with or without duplicates
   * @throws IllegalArgumentException if an id is not one of GPT-2's
   */
  public static Vocabulary compact(IntStream gpt2Ids) {
    int[] ids =
        IntStream.concat(gpt2Ids, IntStream.of(Tokenizer.END_OF_TEXT))
            .sorted()
            .distinct()
            .toArray();
    if (ids[0] < 0 || ids[ids.length - 1] >= Tokenizer.SIZE) {
      throw new IllegalArgumentException(
          "token ids (%d to %d) must be in [0, %d)"
              .formatted(ids[0], ids[ids.length - 1], Tokenizer.SIZE));
    }
    return new Vocabulary(ids);
  }

  /** Returns the number of tokens V. */
  public int size() {
    return gpt2Ids.length;
  }

  /** Returns whether this vocabulary has all tokens of GPT-2. */
  public boolean isFull() {
    return gpt2Ids.length == Tokenizer.SIZE;
  }

  /** Returns the model id of the end of text. */
  public int endOfText() {
    return gpt2Ids.length - 1;
  }

  /** Returns whether this vocabulary has a token of GPT-2. */
  public boolean contains(int gpt2Id) {
    return find(gpt2Id) != UNKNOWN;
  }

  /**
   * Returns the model id of a token of GPT-2.
   *
   * @throws IllegalArgumentException if the token is not in this vocabulary
   */
  public int toModel(int gpt2Id) {
    int modelId = find(gpt2Id);
    if (modelId == UNKNOWN) {
      throw new IllegalArgumentException(
          "token '%s' (GPT-2 id %d) is not among the %d tokens of the model's vocabulary; train with data that contains it, or with model.vocabulary=full"
              .formatted(Tokenizer.gpt2().decode(gpt2Id), gpt2Id, size()));
    }
    return modelId;
  }

  private int find(int gpt2Id) {
    return gpt2Id >= 0 && gpt2Id < modelIds.length ? modelIds[gpt2Id] : UNKNOWN;
  }

  /**
   * Returns the model ids of tokens of GPT-2.
   *
   * @throws IllegalArgumentException if a token is not in this vocabulary
   */
  public int[] toModel(int[] gpt2Tokens) {
    return Arrays.stream(gpt2Tokens).map(this::toModel).toArray();
  }

  /**
   * Returns the GPT-2 id of a token of the model.
   *
   * @throws IllegalArgumentException if the id is out of range
   */
  public int toGpt2(int modelId) {
    if (modelId < 0 || modelId >= gpt2Ids.length) {
      throw new IllegalArgumentException(
          "token id (%d) of the model must be in [0, %d)".formatted(modelId, gpt2Ids.length));
    }
    return gpt2Ids[modelId];
  }

  /**
   * Returns the GPT-2 ids of tokens of the model.
   *
   * @throws IllegalArgumentException if an id is out of range
   */
  public int[] toGpt2(int[] modelTokens) {
    return Arrays.stream(modelTokens).map(this::toGpt2).toArray();
  }

  /** Returns the tokens with their texts, for a graph. */
  public TextVocabulary texts() {
    return TextVocabulary.of(Tokenizer.gpt2().bytePairs(), gpt2Ids);
  }

  @JsonCreator
  private static Vocabulary ofIds(int[] gpt2Ids) {
    return compact(Arrays.stream(gpt2Ids));
  }

  @JsonValue
  private int[] gpt2Ids() {
    return gpt2Ids.clone();
  }

  /** Writes the vocabulary as JSON. A full vocabulary has no {@code gpt2_ids}. */
  public void save(Path file) throws IOException {
    ObjectNode root = Json.STRICT.createObjectNode();
    root.put("tokenizer", TOKENIZER);
    root.put("size", size());
    if (!isFull()) {
      root.set("gpt2_ids", Json.STRICT.valueToTree(gpt2Ids));
    }
    DurableFiles.write(file, Json.STRICT.writeValueAsBytes(root));
  }

  /**
   * Reads a file of {@link #save}.
   *
   * @throws IOException if the file cannot be read or is not a vocabulary
   */
  public static Vocabulary load(Path file) throws IOException {
    JsonNode root;
    try {
      root = Json.STRICT.readTree(TextFile.read(file));
    } catch (JsonProcessingException e) {
      throw notVocabulary(file, "it is not JSON: " + Json.reason(e));
    }
    String tokenizer = root.path("tokenizer").asText();
    if (!tokenizer.equals(TOKENIZER)) {
      String shown = tokenizer.matches("[\\w.-]{0,60}") ? tokenizer : "..."; // not trusted
      throw notVocabulary(file, "its tokenizer ('%s') must be '%s'".formatted(shown, TOKENIZER));
    }
    int size = root.path("size").asInt(-1);
    JsonNode listed = root.path("gpt2_ids");
    if (listed.isMissingNode() && size == Tokenizer.SIZE) {
      return FULL;
    }
    int[] ids = IntStream.range(0, listed.size()).map(i -> id(listed.get(i))).toArray();
    boolean ascending =
        IntStream.range(0, ids.length).allMatch(i -> ids[i] > (i == 0 ? -1 : ids[i - 1]));
    boolean ends = ids.length > 0 && ids[ids.length - 1] == Tokenizer.END_OF_TEXT;
    if (!ascending || !ends || ids.length != size) {
      throw notVocabulary(
          file,
          "its %d gpt2_ids must be size (%d), ascending, and end with %d"
              .formatted(ids.length, size, Tokenizer.END_OF_TEXT));
    }
    return new Vocabulary(ids);
  }

  private static int id(JsonNode listed) {
    return listed.isInt() ? listed.intValue() : -1;
  }

  private static IOException notVocabulary(Path file, String reason) {
    return new IOException(
        "%s is not a vocabulary: %s; take the file of the run that trained the model"
            .formatted(file, reason));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Vocabulary that && Arrays.equals(gpt2Ids, that.gpt2Ids);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(gpt2Ids);
  }

  @Override
  public String toString() {
    return isFull() ? "full vocabulary" : "compact vocabulary of %d tokens".formatted(size());
  }
}
