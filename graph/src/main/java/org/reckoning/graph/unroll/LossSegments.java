package org.reckoning.graph.unroll;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.reckoning.graph.autodiff.Scalars;
import org.reckoning.graph.gpt2.LanguageModelLoss;
import org.reckoning.graph.gpt2.PrefixCache;
import org.reckoning.graph.inner.Cotangents;
import org.reckoning.graph.inner.InnerStep;
import org.reckoning.graph.inner.Iterate;
import org.reckoning.graph.model.Facts;
import org.reckoning.graph.model.Prefixes;
import org.reckoning.graph.model.Questions;
import org.reckoning.graph.model.TaskInputs;
import org.reckoning.graph.model.TaskModel;
import org.reckoning.graph.model.Weights;
import org.reckoning.graph.settings.OuterTerm;
import org.reckoning.graph.task.Span;
import org.reckoning.graph.xla.Segment;
import org.reckoning.graph.xla.Specs;
import org.reckoning.graph.xla.Tensors;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TNumber;

/**
 * Segments that score facts and questions at the adapted weights.
 *
 * <pre>{@code
 * outer       the outer loss under dropout, and its gradient; the inner loss without dropout,
 *             unless recall is trained
 * evaluate    the outer loss without dropout
 * score       scores of the questions alone
 * fact_loss   the inner loss alone
 * }</pre>
 *
 * <p>With micro-batches, {@code outer} and {@code evaluate} read the losses of the facts from
 * {@link FactSums} and score the questions alone.
 */
public final class LossSegments {
  private static final String INNER_LOSS = "inner_loss";

  private LossSegments() {}

  /**
   * Results of {@code outer} and {@code evaluate}.
   *
   * @param loss outer loss, a scalar
   * @param terms loss of each term and task [terms, N]
   * @param innerLoss loss of the facts at the adapted weights [N]
   * @param check 0 if every inner loss is finite, else NaN, a scalar
   * @param questions scores of the questions
   * @param theta cotangents of the adapted weights, by name; empty without derivatives
   * @param shared cotangents of the trained shared weights; empty without derivatives
   */
  record Result<T extends TNumber>(
      Operand<T> loss,
      Operand<T> terms,
      Operand<T> innerLoss,
      Operand<T> check,
      QuestionScores<T> questions,
      Map<String, Operand<T>> theta,
      Map<String, Operand<T>> shared) {

    Tensors named() {
      return new Tensors()
          .put(PassScores.LOSS, loss)
          .put(PassScores.TERMS, terms)
          .put(INNER_LOSS, innerLoss)
          .put(PassScores.CHECK, check)
          .putAll(questions.named())
          .putAll(new Iterate<>(theta, Map.of()).namedCotangent())
          .putAll(Cotangents.D_SHARED, shared);
    }

    static <T extends TNumber> Result<T> of(Tensors out, Class<T> type) {
      return new Result<>(
          out.get(PassScores.LOSS, type),
          out.get(PassScores.TERMS, type),
          out.get(INNER_LOSS, type),
          out.get(PassScores.CHECK, type),
          QuestionScores.of(out, type),
          Iterate.cotangentOf(out, List.of(), type).theta(),
          out.under(Cotangents.D_SHARED, type));
    }

    Result<T> withCotangents(Map<String, Operand<T>> ofTheta, Map<String, Operand<T>> ofShared) {
      return new Result<>(loss, terms, innerLoss, check, questions, ofTheta, ofShared);
    }
  }

  /** The losses of the facts of each task, emitted where they are needed [N]. */
  private interface FactLosses<T extends TNumber> {
    Operand<T> inner(Ops tf);

    Operand<T> recall(Ops tf);

    /** Returns the losses of scored facts. */
    static <T extends TNumber> FactLosses<T> of(
        TaskModel<T> model, LanguageModelLoss<T> scores, TaskInputs<T> tasks) {
      return new FactLosses<>() {
        @Override
        public Operand<T> inner(Ops tf) {
          return model.innerLoss(tf, scores, tasks.facts());
        }

        @Override
        public Operand<T> recall(Ops tf) {
          Operand<T> relevant = tf.expandDims(tasks.relevant(), tf.constant(-1));
          return scores.taskLosses(tf, tf.math.mul(tasks.facts().targets(), relevant));
        }
      };
    }

    /** Returns known losses. */
    static <T extends TNumber> FactLosses<T> of(FactSums.Sums<T> sums) {
      return new FactLosses<>() {
        @Override
        public Operand<T> inner(Ops tf) {
          return sums.inner();
        }

        @Override
        public Operand<T> recall(Ops tf) {
          return Objects.requireNonNull(sums.recall(), "the sum of the term of recall");
        }
      };
    }
  }

  /** Defines {@code outer}. */
  static <T extends TNumber> Segment outer(TaskModel<T> model) {
    return Segment.define(
        "outer",
        specs(model, true),
        List.of(),
        (tf, in) -> {
          Weights<T> weights = Weights.of(in, model.type());
          TaskInputs<T> tasks = TaskInputs.of(in, model.type());
          TaskModel.Masks masks =
              new TaskModel.Masks(model.config().outerDropout(), tasks.requireSeed());
          LanguageModelLoss<T> questions = model.score(tf, weights, tasks.questions(), masks);
          if (model.splitsFacts()) {
            FactSums.Sums<T> sums = FactSums.Sums.of(in, model.type());
            Result<T> losses = losses(tf, model, tasks, questions, FactLosses.of(sums));
            Ops gradient = tf.withSubScope("gradient");
            return plus(gradient, differentiated(gradient, model, weights, losses), sums).named();
          }
          // As in FactSums: without a gradient, the losses of the facts are only reported.
          TaskModel.Masks ofFacts =
              FactSums.recallWeight(model) > 0 ? masks : new TaskModel.Masks(0, masks.seed());
          LanguageModelLoss<T> facts = model.score(tf, weights, tasks.facts(), ofFacts, null);
          Result<T> losses =
              losses(tf, model, tasks, questions, FactLosses.of(model, facts, tasks));
          return differentiated(tf.withSubScope("gradient"), model, weights, losses).named();
        });
  }

  /** Defines {@code evaluate}. */
  static <T extends TNumber> Segment evaluate(TaskModel<T> model) {
    return Segment.define(
        "evaluate",
        specs(model, false).all(Prefixes.cacheSpecs(model)),
        List.of(),
        (tf, in) -> {
          Weights<T> weights = Weights.of(in, model.type());
          TaskInputs<T> tasks = TaskInputs.of(in, model.type());
          PrefixCache<T> prefix = Prefixes.cacheOf(in, model.type());
          LanguageModelLoss<T> questions = model.evaluate(tf, weights, prefix, tasks.questions());
          FactLosses<T> facts =
              model.splitsFacts()
                  ? FactLosses.of(FactSums.Sums.of(in, model.type()))
                  : FactLosses.of(model, model.evaluate(tf, weights, tasks.facts()), tasks);
          return losses(tf, model, tasks, questions, facts).named();
        });
  }

  /** Defines {@code fact_loss}. */
  static <T extends TNumber> Segment factLoss(TaskModel<T> model) {
    return Segment.define(
        "fact_loss",
        new Specs().all(Weights.specs(model)).all(Facts.specs(model)),
        List.of(),
        (tf, in) -> {
          Facts<T> facts = Facts.of(in, model.type());
          LanguageModelLoss<T> scores = model.evaluate(tf, Weights.of(in, model.type()), facts);
          return new Tensors().put(INNER_LOSS, model.innerLoss(tf, scores, facts));
        });
  }

  /** Emits a call of {@code fact_loss} and returns the inner loss, [N]. */
  static <T extends TNumber> Operand<T> factLoss(
      Ops tf, TaskModel<T> model, Segment factLoss, Weights<T> weights, Facts<T> facts) {
    return model
        .call(tf, factLoss, weights.named().putAll(facts.named()))
        .get(INNER_LOSS, model.type());
  }

  /** Emits the scores of questions without a prefix. */
  public static <T extends TNumber> QuestionScores<T> score(
      Ops tf, TaskModel<T> model, Weights<T> weights, Questions questions) {
    return score(tf, model, weights, PrefixCache.none(), questions);
  }

  /** Emits the scores of questions that continue a prefix in the segment {@code score}. */
  public static <T extends TNumber> QuestionScores<T> score(
      Ops tf, TaskModel<T> model, Weights<T> weights, PrefixCache<T> prefix, Questions questions) {
    Class<T> type = model.type();
    Segment segment =
        Segment.define(
            "score",
            new Specs()
                .all(Weights.specs(model))
                .all(Questions.specs(model.shape()))
                .all(Prefixes.cacheSpecs(model)),
            List.of(),
            (scope, in) -> {
              Questions asked = Questions.of(in);
              PrefixCache<T> before = Prefixes.cacheOf(in, type);
              LanguageModelLoss<T> loss =
                  model.evaluate(scope, Weights.of(in, type), before, asked);
              return scores(scope, asked, loss, type).named();
            });
    Tensors arguments = weights.named().putAll(questions.named()).putAll(Prefixes.named(prefix));
    return QuestionScores.of(model.call(tf, segment, arguments), type);
  }

  private static Specs specs(TaskModel<?> model, boolean trains) {
    Specs specs = new Specs().all(Weights.specs(model)).all(TaskInputs.specs(model));
    return model.splitsFacts()
        ? specs.all(FactSums.Sums.specs(model, FactSums.Parts.of(model, trains)))
        : specs;
  }

  private static <T extends TNumber> Result<T> losses(
      Ops tf,
      TaskModel<T> model,
      TaskInputs<T> tasks,
      LanguageModelLoss<T> questions,
      FactLosses<T> facts) {
    Class<T> type = model.type();
    Operand<T> loss = null;
    List<Operand<T>> terms = new ArrayList<>();
    for (OuterTerm term : model.config().outerTerms()) {
      Ops scope = tf.withSubScope("term").withSubScope(term.name());
      Operand<T> taskLosses; // [N]
      if (term instanceof OuterTerm.Questions scored) {
        taskLosses =
            questions.taskLosses(scope, mask(scope, tasks.questions(), scored.spans(), type));
      } else {
        taskLosses = facts.recall(scope);
      }
      terms.add(taskLosses);
      if (term.weight() > 0) {
        Operand<T> weighted = scope.math.mul(taskLosses, tasks.weights());
        Operand<T> sum = scope.sum(weighted, scope.constant(0));
        sum = scope.math.mul(sum, Scalars.of(scope, type, term.weight()));
        loss = loss == null ? sum : scope.math.add(loss, sum);
      }
    }
    Ops scope = tf.withSubScope("results");
    Operand<T> innerLoss = facts.inner(scope);
    Operand<T> allTerms = scope.stack(terms);
    Operand<T> check = scope.sum(scope.math.sub(innerLoss, innerLoss), scope.constant(0));
    return new Result<>(
        Objects.requireNonNull(loss, "a configuration has an outer term with a weight"),
        allTerms,
        innerLoss,
        check,
        scores(scope, tasks.questions(), questions, type),
        Map.of(),
        Map.of());
  }

  private static <T extends TNumber> QuestionScores<T> scores(
      Ops tf, Questions asked, LanguageModelLoss<T> questions, Class<T> type) {
    Operand<T> mask = mask(tf, asked, Set.of(Span.ANSWER, Span.KNOWLEDGE), type);
    Operand<T> targets = tf.sum(mask, tf.constant(-1));
    return new QuestionScores<>(
        tf.math.mul(questions.sequenceLosses(tf, mask), targets),
        questions.correctTokens(tf, mask),
        targets);
  }

  /** Returns 1 for each question token in one of the spans, else 0, [N, Q, T]. */
  private static <T extends TNumber> Operand<T> mask(
      Ops tf, Questions questions, Set<Span> wanted, Class<T> type) {
    Operand<TInt32> spans = questions.spans();
    Operand<TBool> mask = null;
    for (Span span : Span.values()) {
      if (wanted.contains(span)) {
        Operand<TBool> here = tf.math.equal(spans, tf.constant(span.code()));
        mask = mask == null ? here : tf.math.logicalOr(mask, here);
      }
    }
    return tf.dtypes.cast(Objects.requireNonNull(mask, "a term scores at least one span"), type);
  }

  private static <T extends TNumber> Result<T> differentiated(
      Ops tf, TaskModel<T> model, Weights<T> weights, Result<T> losses) {
    LossGradient<T> gradient = LossGradient.of(tf, model, weights, losses.loss());
    return losses.withCotangents(gradient.theta(), gradient.shared());
  }

  /** Adds the cotangents of the facts, if the outer loss has a term of recall. */
  private static <T extends TNumber> Result<T> plus(
      Ops tf, Result<T> ofQuestions, FactSums.Sums<T> sums) {
    return sums.theta().isEmpty() && sums.shared().isEmpty()
        ? ofQuestions
        : ofQuestions.withCotangents(
            InnerStep.sum(tf, sums.theta(), ofQuestions.theta()),
            InnerStep.sum(tf, sums.shared(), ofQuestions.shared()));
  }
}
