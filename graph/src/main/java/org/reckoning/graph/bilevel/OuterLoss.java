package org.reckoning.graph.bilevel;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.reckoning.graph.autodiff.Differentiator;
import org.reckoning.graph.autodiff.Scalars;
import org.reckoning.graph.autodiff.Tangents;
import org.reckoning.graph.gpt2.LanguageModelLoss;
import org.reckoning.graph.xla.Segment;
import org.reckoning.graph.xla.Specs;
import org.reckoning.graph.xla.Tensors;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TNumber;

/**
 * The segments {@code outer} and {@code evaluate}: losses and results of the questions at the
 * adapted weights, and for {@code outer} the gradient of the outer loss; {@code score} has the
 * results of the questions alone and reads no facts, {@code fact_loss} has {@code inner_loss}
 * alone.
 *
 * <pre>{@code
 * loss                sum over terms and tasks of term weight * task weight * term loss   scalar
 * terms               loss of each term and task                                          [terms, N]
 * inner_loss          loss of the facts at the adapted weights                            [N]
 * check               0 where every inner loss is finite, else NaN                         scalar
 * questions/loss      summed -log p of the target tokens of each question                 [N, Q]
 * questions/correct   how many of them have the largest logit                             [N, Q]
 * questions/targets   how many there are                                                  [N, Q]
 * d_theta/NAME, d_shared/NAME                                                             outer only
 * }</pre>
 */
final class OuterLoss {
  private OuterLoss() {}

  /** The loss with its gradient, dropout on. */
  static <T extends TNumber> Segment define(TaskModel<T> model) {
    return Segment.define(
        "outer",
        specs(model),
        List.of(),
        (tf, in) -> {
          double dropout = model.config().outerDropout();
          Tensors out =
              losses(
                  tf,
                  model,
                  in,
                  model.questions(tf, in, dropout),
                  model.facts(tf, in, dropout, null));
          return differentiate(tf.withSubScope("gradient"), model, in, out);
        });
  }

  /** The loss alone, dropout off. */
  static <T extends TNumber> Segment defineEvaluation(TaskModel<T> model) {
    return Segment.define(
        "evaluate",
        specs(model),
        List.of(),
        (tf, in) ->
            losses(
                tf,
                model,
                in,
                model.evaluated(tf, in, "questions"),
                model.evaluated(tf, in, "facts")));
  }

  /** {@code inner_loss} alone, dropout off. */
  static <T extends TNumber> Segment defineFactLoss(TaskModel<T> model) {
    return Segment.define(
        "fact_loss",
        new Specs().all(model.weightSpecs()).all(model.factSpecs()),
        List.of(),
        (tf, in) ->
            new Tensors()
                .put(
                    "inner_loss",
                    model
                        .evaluated(tf, in, "facts")
                        .taskLosses(tf, in.get("facts/targets", model.type()))));
  }

  /** {@code questions/...} alone, dropout off. */
  static <T extends TNumber> Segment defineScores(TaskModel<T> model) {
    return Segment.define(
        "score",
        new Specs().all(model.weightSpecs()).all(model.questionTextSpecs()),
        List.of(),
        (tf, in) -> questionResults(tf, in, model.evaluated(tf, in, "questions"), model.type()));
  }

  private static <T extends TNumber> Specs specs(TaskModel<T> model) {
    return new Specs().all(model.weightSpecs()).all(model.factSpecs()).all(model.questionSpecs());
  }

  private static <T extends TNumber> Tensors losses(
      Ops tf,
      TaskModel<T> model,
      Tensors in,
      LanguageModelLoss<T> questions,
      LanguageModelLoss<T> facts) {
    Class<T> type = model.type();
    Operand<T> factTargets = in.get("facts/targets", type);

    Operand<T> loss = null;
    List<Operand<T>> terms = new ArrayList<>();
    for (OuterTerm term : model.config().outerTerms()) {
      Ops scope = tf.withSubScope("term").withSubScope(term.name());
      Operand<T> taskLosses; // [N]
      if (term instanceof OuterTerm.Questions scored) {
        taskLosses = questions.taskLosses(scope, mask(scope, in, scored.spans(), type));
      } else {
        Operand<T> relevant = scope.expandDims(in.get("facts/relevant", type), scope.constant(-1));
        taskLosses = facts.taskLosses(scope, scope.math.mul(factTargets, relevant));
      }
      terms.add(taskLosses);
      if (term.weight() > 0) {
        Operand<T> weighted = scope.math.mul(taskLosses, in.get("task_weights", type));
        Operand<T> sum = scope.sum(weighted, scope.constant(0));
        sum = scope.math.mul(sum, Scalars.of(scope, type, term.weight()));
        loss = loss == null ? sum : scope.math.add(loss, sum);
      }
    }
    if (loss == null) {
      throw new IllegalStateException("a configuration has at least one outer term with a weight");
    }
    Ops scope = tf.withSubScope("results");
    Operand<T> innerLoss = facts.taskLosses(scope, factTargets);
    return new Tensors()
        .put("loss", loss)
        .put("terms", scope.stack(terms))
        .put("inner_loss", innerLoss)
        .put("check", scope.sum(scope.math.sub(innerLoss, innerLoss), scope.constant(0)))
        .putAll(questionResults(scope, in, questions, type));
  }

  private static <T extends TNumber> Tensors questionResults(
      Ops tf, Tensors in, LanguageModelLoss<T> questions, Class<T> type) {
    Operand<T> mask = mask(tf, in, Set.of(Span.ANSWER, Span.KNOWLEDGE), type);
    Operand<T> targets = tf.sum(mask, tf.constant(-1));
    return new Tensors()
        .put("questions/loss", tf.math.mul(questions.sequenceLosses(tf, mask), targets))
        .put("questions/correct", questions.correctTokens(tf, mask))
        .put("questions/targets", targets);
  }

  /** 1 where a token of the questions belongs to one of the spans, else 0 [N, Q, T]. */
  private static <T extends TNumber> Operand<T> mask(
      Ops tf, Tensors in, Set<Span> wanted, Class<T> type) {
    Operand<TInt32> spans = in.get("questions/spans", TInt32.class);
    Operand<TBool> mask = null;
    for (Span span : Span.values()) {
      if (wanted.contains(span)) {
        Operand<TBool> here = tf.math.equal(spans, tf.constant(span.code()));
        mask = mask == null ? here : tf.math.logicalOr(mask, here);
      }
    }
    if (mask == null) {
      throw new IllegalStateException("a term scores at least one span");
    }
    return tf.dtypes.cast(mask, type);
  }

  private static <T extends TNumber> Tensors differentiate(
      Ops tf, TaskModel<T> model, Tensors in, Tensors out) {
    List<String> names = new ArrayList<>();
    List<Operand<T>> variables = new ArrayList<>();
    for (String name : model.layout().adapted()) {
      names.add("d_theta/" + name);
      variables.add(in.get("theta/" + name, model.type()));
    }
    for (String name : model.layout().trainedShared()) {
      names.add("d_shared/" + name);
      variables.add(in.get("shared/" + name, model.type()));
    }
    Tangents gradient =
        Differentiator.standard().gradients(tf, out.get("loss", model.type()), variables);
    for (int i = 0; i < names.size(); i++) {
      out.put(names.get(i), gradient.orZero(i));
    }
    return out;
  }
}
