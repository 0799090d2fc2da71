package org.reckoning.graph.serving;

import java.util.List;
import org.reckoning.graph.serving.TextTemplates.FullStops;
import org.reckoning.graph.text.EncodedTexts;
import org.reckoning.graph.xla.Tensors;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Gather;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TString;

/**
 * Labels of a request as text, and the candidates of a question: its prompt with each label.
 *
 * <pre>{@code
 * labels      texts to choose from      string [L]
 * }</pre>
 */
final class ChoiceRequest {
  private final Ops tf;
  private final TextForm form;
  private final ServingLimits limits;
  private final Operand<TString> given;
  private final Operand<TString> labels; // [L]
  private final Operand<TInt32> questions; // Q
  private final PaddedTexts candidates;

  /**
   * Emits placeholder, checks, tokens and candidates.
   *
   * @param tf scope of the request
   * @param asked facts and questions of the same request
   */
  ChoiceRequest(Ops tf, TextForm form, ServingLimits limits, TextRequest asked) {
    this.tf = tf;
    this.form = form;
    this.limits = limits;
    questions = asked.questions().count();
    given = TextReader.input(tf, "labels");
    labels = checked(asked.reader());
    candidates = candidates(asked.questions(), encoded(asked.reader()));
  }

  private Operand<TString> checked(TextReader reader) {
    Operand<TString> texts =
        reader.checked(
            tf.withSubScope("label"),
            given,
            "label",
            limits.candidates(),
            limits.candidateTokens(),
            FullStops.KEPT);
    RequestChecks checks = new RequestChecks(tf.withSubScope("sizes"));
    Operand<TInt32> number = tf.size(texts);
    checks.requireRange(
        tf.math.mul(number, questions),
        1,
        limits.candidates(),
        "labels times questions must be 1 to %s but are".formatted(limits.candidates()));
    checks.require(
        tf.math.equal(tf.size(tf.unique(texts, tf.constant(new int[] {0})).y()), number),
        "labels must differ but are",
        texts);
    return checks.after(texts);
  }

  /**
   * Emits the tokens of each label and its end, padded with the end-of-text token. If the end is
   * empty, the first such token belongs to the label.
   */
  private PaddedTexts encoded(TextReader reader) {
    String end = form.templates().candidateEnd();
    Operand<TString> ends = tf.fill(tf.shape(labels), tf.constant(end));
    EncodedTexts encoded = reader.encode(tf, TextReader.interleaved(tf, labels, ends));
    Operand<TInt32> lengths =
        tf.sum(tf.reshape(encoded.lengths(), tf.constant(new int[] {-1, 2})), tf.constant(1));
    RequestChecks checks = new RequestChecks(tf.withSubScope("lengths"));
    checks.requireRange(
        lengths,
        1,
        limits.candidateTokens(),
        "labels must have 1 to %s tokens but there is one of".formatted(limits.candidateTokens()));
    PaddedTexts padded =
        PaddedTexts.of(
            tf,
            limits.candidates(),
            limits.candidateTokens(),
            encoded.tokens(),
            checks.after(lengths),
            null);
    Operand<TBool> isLabel = PaddedTexts.isBefore(tf, limits.candidateTokens(), padded.lengths());
    Operand<TInt32> one = tf.constant(end.isEmpty() ? 1 : 0);
    return new PaddedTexts(
        tf,
        padded.count(),
        tf.select(isLabel, padded.tokens(), tf.constant(limits.endOfText())),
        tf.math.add(padded.lengths(), one),
        null);
  }

  /** Emits each question with each label. */
  private PaddedTexts candidates(PaddedTexts asked, PaddedTexts answers) {
    int rows = limits.candidates();
    int width = limits.candidateTokens();
    Operand<TInt32> number = tf.math.mul(questions, answers.count());
    Operand<TInt32> row = tf.range(tf.constant(0), tf.constant(rows), tf.constant(1)); // [C]
    Operand<TBool> isReal = tf.math.less(row, number);
    Operand<TInt32> question =
        tf.math.minimum(
            tf.math.floorDiv(row, answers.count()), tf.constant(limits.questions() - 1));
    Operand<TInt32> label = tf.math.floorMod(row, answers.count());
    Operand<TInt32> zero = tf.constant(0);
    Operand<TInt32> prompts = tf.select(isReal, rows(asked.lengths(), question), zero); // [1, C]
    Operand<TInt32> lengths =
        tf.select(isReal, tf.math.add(prompts, rows(answers.lengths(), label)), zero);
    RequestChecks checks = new RequestChecks(tf.withSubScope("candidates"));
    checks.requireRange(
        lengths,
        0,
        width,
        "questions with a label must have at most %s tokens but there is one of".formatted(width));
    lengths = checks.after(lengths);

    Operand<TInt32> column = tf.range(zero, tf.constant(width), tf.constant(1)); // [W]
    Operand<TInt32> last = tf.constant((int) asked.tokens().shape().get(2) - 1);
    Operand<TInt32> ofPrompt =
        tf.gather(rows(asked.tokens(), question), tf.math.minimum(column, last), tf.constant(2));
    Operand<TInt32> place =
        tf.math.maximum(tf.math.sub(column, tf.expandDims(prompts, tf.constant(-1))), zero);
    Operand<TInt32> ofLabel =
        tf.gather(rows(answers.tokens(), label), place, tf.constant(2), Gather.batchDims(2L));
    Operand<TInt32> tokens =
        tf.select(PaddedTexts.isBefore(tf, width, prompts), ofPrompt, ofLabel); // [1, C, W]
    return new PaddedTexts(tf, number, tokens, lengths, prompts);
  }

  /** Emits some rows of a tensor [1, R, ..]. */
  private Operand<TInt32> rows(Operand<TInt32> tensor, Operand<TInt32> places) {
    return tf.gather(tensor, places, tf.constant(1));
  }

  /** Returns the placeholder by the name of the input. */
  Tensors inputs() {
    return new Tensors().put("labels", given);
  }

  /** Returns the candidates, question by question. */
  PaddedTexts candidates() {
    return candidates;
  }

  /**
   * Emits the probabilities of the labels and the likeliest label of each question.
   *
   * @param scores of {@link RequestModel#scores}
   */
  Tensors answers(Ops scope, Tensors scores) {
    Operand<TInt32> shape = scope.stack(List.of(questions, scope.size(labels)));
    Operand<TFloat32> logs =
        scope.reshape(scores.get("log_probabilities", TFloat32.class), shape); // [Q, L]
    Operand<TInt32> best = scope.math.argMax(logs, scope.constant(1), TInt32.class);
    return new Tensors()
        .put("answers", scope.gather(labels, best, scope.constant(0)))
        .put("probabilities", scope.nn.softmax(logs));
  }
}
