package org.reckoning.graph.serving;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.serving.TextTemplates.FullStops;
import org.reckoning.graph.text.EncodedTexts;
import org.reckoning.graph.text.TextDecoder;
import org.reckoning.graph.xla.Tensors;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.strings.ReduceJoin;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TString;
import org.tensorflow.types.family.TType;

/**
 * Facts and questions of a request as text, checked, encoded and padded to static shapes.
 *
 * <pre>{@code
 * facts       texts without prompts    string [F]
 * questions   texts without prompts    string [Q]
 * }</pre>
 */
final class TextRequest {
  private final Ops tf;
  private final TextReader reader;
  private final TextDecoder decoder;
  private final Tensors inputs = new Tensors();
  private final PaddedTexts facts;
  private final PaddedTexts questions;

  /**
   * Emits placeholders, checks, tokens and padding.
   *
   * @param tf scope of the request
   * @param textTokens padded number of tokens of a question with its answer
   */
  TextRequest(Ops tf, TextForm form, ServingLimits limits, int textTokens) {
    this.tf = tf;
    reader = new TextReader(tf.withSubScope("tables"), form.vocabulary());
    decoder = TextDecoder.of(tf.withSubScope("texts"), form.vocabulary());
    TextTemplates templates = form.templates();
    Operand<TString> toldFacts =
        TextReader.stripped(
            tf,
            read("fact", limits.facts(), limits.factTokens(), templates.ofFacts()),
            templates.ofFacts());
    Operand<TString> asked =
        TextReader.stripped(
            tf,
            read("question", limits.questions(), limits.questionTokens(), FullStops.KEPT),
            templates.ofQuestions());

    Operand<TInt32> count = tf.reshape(tf.size(toldFacts), tf.constant(new int[] {1}));
    Operand<TInt32> numbers = tf.range(tf.constant(0), tf.size(toldFacts), tf.constant(1));
    Map<String, Operand<TString>> index = Map.of("index", tf.dtypes.asString(numbers));
    Operand<TString> names =
        tf.strings.reduceJoin(
            ofEach(toldFacts, templates.factName(), index),
            tf.constant(0),
            ReduceJoin.separator(" "));
    Operand<TString> prompts =
        filled(templates.questionPrompt(), Map.of("facts", names, "question", asked));
    Operand<TString> named =
        TextReader.interleaved(tf, ofEach(toldFacts, templates.factPrompt(), index), toldFacts);
    EncodedTexts encoded = reader.encode(tf, tf.concat(List.of(named, prompts), tf.constant(0)));

    Operand<TInt32> parts = tf.math.mul(count, tf.constant(2)); // the prompt of each fact, and it
    Operand<TInt32> pairs =
        tf.reshape(head(encoded.lengths(), parts), tf.constant(new int[] {-1, 2}));
    Operand<TInt32> factLengths = tf.sum(pairs, tf.constant(1));
    Operand<TInt32> factTokens =
        tf.reshape(tf.sum(factLengths, tf.constant(0)), tf.constant(new int[] {1}));
    facts =
        padded(
            "fact",
            new RequestTexts.Limits(limits.facts(), 2, limits.factTokens(), limits.factTokens()),
            head(encoded.tokens(), factTokens),
            factLengths,
            tf.gather(pairs, tf.constant(0), tf.constant(1)));
    questions =
        padded(
            "question",
            new RequestTexts.Limits(limits.questions(), 1, limits.questionTokens(), textTokens),
            tail(encoded.tokens(), factTokens),
            tail(encoded.lengths(), parts),
            null);
  }

  private Operand<TString> read(String name, int most, int tokens, FullStops stops) {
    Operand<TString> given = TextReader.input(tf, name + "s");
    inputs.put(name + "s", given);
    return reader.checked(tf.withSubScope(name), given, name, most, tokens, stops);
  }

  /** Emits a text for each fact from a template, which may be the same for all. */
  private Operand<TString> ofEach(
      Operand<TString> facts, String template, Map<String, Operand<TString>> values) {
    return tf.broadcastTo(filled(template, values), tf.shape(facts));
  }

  /** Emits texts from a template; a scalar has the same value in all of them. */
  private Operand<TString> filled(String template, Map<String, Operand<TString>> values) {
    List<Operand<TString>> parts = new ArrayList<>();
    Matcher matcher = TextTemplates.PLACEHOLDER.matcher(template);
    int from = 0;
    while (matcher.find()) {
      parts.add(tf.constant(template.substring(from, matcher.start())));
      parts.add(Objects.requireNonNull(values.get(matcher.group(1)), template));
      from = matcher.end();
    }
    parts.add(tf.constant(template.substring(from)));
    return tf.strings.join(parts);
  }

  private PaddedTexts padded(
      String name,
      RequestTexts.Limits limits,
      Operand<TInt32> tokens,
      Operand<TInt32> lengths,
      @Nullable Operand<TInt32> prompts) {
    Ops scope = tf.withSubScope(name + "s");
    RequestChecks checks = new RequestChecks(scope);
    checks.requireRange(
        lengths,
        limits.least(),
        limits.most(),
        "%ss with their prompts must have %s to %s tokens but there is one of"
            .formatted(name, limits.least(), limits.most()));
    return PaddedTexts.of(
        scope, limits.rows(), limits.width(), tokens, checks.after(lengths), prompts);
  }

  private <T extends TType> Operand<T> head(Operand<T> vector, Operand<TInt32> size) {
    return tf.slice(vector, tf.constant(new int[] {0}), size);
  }

  private <T extends TType> Operand<T> tail(Operand<T> vector, Operand<TInt32> from) {
    return tf.slice(vector, from, tf.constant(new int[] {-1}));
  }

  /** Returns the placeholders by the names of the inputs. */
  Tensors inputs() {
    return inputs;
  }

  TextReader reader() {
    return reader;
  }

  /** Returns the facts, with their prompts. */
  PaddedTexts facts() {
    return facts;
  }

  /** Returns the questions with their prompts. */
  PaddedTexts questions() {
    return questions;
  }

  /**
   * Emits answers as text.
   *
   * @param answers of {@link RequestModel#answers}
   */
  Tensors answers(Ops scope, Tensors answers) {
    return new Tensors()
        .put("answers", decoder.decode(scope, answers.get("answer_tokens", TInt32.class)))
        .put("probabilities", answers.get("answer_probabilities"));
  }
}
