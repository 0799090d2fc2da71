package org.reckoning.trainer.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.gpt2.MatmulDtype;
import org.reckoning.graph.settings.InnerRates;
import org.reckoning.graph.xla.XlaMode;
import org.reckoning.trainer.config.DataConfig.DataSource;
import org.reckoning.trainer.config.ModelConfig.Preset;
import org.reckoning.trainer.config.ModelConfig.VocabularyKind;
import org.reckoning.trainer.config.RunConfig.FloatType;
import org.reckoning.trainer.config.RunConfig.GradientKind;
import org.reckoning.trainer.config.RunConfig.InnerMode;
import org.reckoning.trainer.data.DatasetType;
import org.reckoning.trainer.data.formats.DataFormat;
import org.reckoning.trainer.files.PlainName;
import org.reckoning.trainer.text.EnumWord;
import org.reckoning.trainer.text.NearestName;
import org.reckoning.trainer.tokens.Method;

/**
 * Checks the rules between values. A rule is skipped if one of its values is already known to be
 * wrong.
 */
final class ConfigRules {
  private static final List<String> LAYERS =
      List.of("attn.c_attn", "attn.c_proj", "mlp.c_fc", "mlp.c_proj", "c_attn", "c_proj", "c_fc");

  /** Metrics of every evaluation. */
  private static final List<String> SCORED = List.of("loss", "acc_scored");

  /** Metrics of decoded answers. */
  private static final List<String> GENERATED = List.of("acc", "acc_label", "f1", "f1_ref");

  /** Metrics of the facts in decoded answers. */
  private static final List<String> KNOWLEDGE = List.of("kg_precision", "kg_recall", "kg_exact");

  private static final List<String> METRICS =
      Stream.of(SCORED, GENERATED, KNOWLEDGE).flatMap(List::stream).toList();

  private final Set<String> wrong;
  private final List<String> problems = new ArrayList<>();

  ConfigRules(RunConfig config, Set<String> wrong) {
    this.wrong = wrong;
    run(config);
    innerLoop(config);
    outerLoop(config);
    model(config.model());
    data(config.data());
    segments(config.data(), config.model());
  }

  /** Returns the problems, one sentence each. */
  List<String> problems() {
    return problems;
  }

  private void run(RunConfig config) {
    require(
        PlainName.isPlain(config.name()),
        "name (%s) must %s; it names a directory".formatted(config.name(), PlainName.RULE),
        "name");
    require(
        config.patience() == null || config.evalSteps() != null,
        "eval_steps (null) must be a whole number with patience=%s, which counts evaluations"
            .formatted(config.patience()),
        "patience",
        "eval_steps");
    boolean rounds = config.matmulDtype() == MatmulDtype.BFLOAT16;
    require(
        !rounds || config.dtype() == FloatType.FLOAT32,
        "matmul_dtype (bfloat16) must be float32 with dtype=%s; bfloat16 needs dtype=float32"
            .formatted(EnumWord.of(config.dtype())),
        "matmul_dtype",
        "dtype");
    require(
        !rounds || config.xla() != XlaMode.OFF,
        "matmul_dtype (bfloat16) must be float32 with xla=off; bfloat16 needs xla=segments or whole",
        "matmul_dtype",
        "xla");
    if (config.dtype() == FloatType.FLOAT32) {
      held("inner_lr", config.innerLr());
      held("inner_weight_decay", config.innerWeightDecay());
      held("inner_adam_epsilon", config.innerAdamEpsilon());
      held("lora_alpha", config.loraAlpha());
      held("learning_rate", config.learningRate());
      held("rates_learning_rate", config.ratesLearningRate());
      held("weight_decay", config.weightDecay());
      held("adam_epsilon", config.adamEpsilon());
      held("max_grad_norm", config.maxGradNorm());
      held("max_rates_grad_norm", config.maxRatesGradNorm());
      held("label_weight", config.labelWeight());
      held("knowledge_weight", config.knowledgeWeight());
      held("recall_weight", config.recallWeight());
    }
    monitor(config);
  }

  /** Requires a number that is not lost in single precision, where TensorFlow has no subnormals. */
  private void held(String key, @Nullable Double number) {
    require(
        number == null || number == 0 || (number >= Float.MIN_NORMAL && number <= Float.MAX_VALUE),
        "%s (%s) must be from %s to %s with dtype=float32; use dtype=float64 or another value"
            .formatted(key, number, Float.MIN_NORMAL, Float.MAX_VALUE),
        key,
        "dtype");
  }

  private void monitor(RunConfig config) {
    String monitor = config.monitor();
    boolean isScored = SCORED.contains(monitor);
    boolean isKnowledge = KNOWLEDGE.contains(monitor);
    require(
        isScored || GENERATED.contains(monitor) || isKnowledge,
        "monitor (%s) must be one of %s%s"
            .formatted(
                monitor,
                String.join(", ", METRICS),
                NearestName.hint(monitor.toLowerCase(Locale.ROOT), METRICS)),
        "monitor");
    require(
        config.generate() || !(GENERATED.contains(monitor) || isKnowledge),
        "monitor (%s) must be one of %s with generate=false, which measures nothing else"
            .formatted(monitor, String.join(", ", SCORED)),
        "monitor",
        "generate");
    require(
        !isKnowledge
            || (config.multiTask()
                && Stream.concat(Stream.of(config.method()), config.baselines().stream())
                    .allMatch(Method::canTellKnowledge)),
        "monitor (%s) must be a metric of every method; answers include facts only with multi_task=true and method reckoning or in_context"
            .formatted(monitor),
        "monitor",
        "multi_task",
        "method",
        "baselines");
  }

  private void innerLoop(RunConfig config) {
    require(
        !config.adapts() || config.nInnerIter() > 0,
        "n_inner_iter (0) must be at least 1 with method=%s; methods without an inner loop are"
                .formatted(EnumWord.of(config.method()))
            + " in_context, no_facts and no_question",
        "n_inner_iter",
        "method");
    require(
        config.innerRateSpace() != InnerRates.Space.LOG || config.innerLr() > 0,
        "inner_lr (%s) must be above 0 with inner_rate_space=log".formatted(config.innerLr()),
        "inner_lr",
        "inner_rate_space");
    require(
        config.innerMode() != InnerMode.PATTERN || !config.innerParams().isEmpty(),
        "inner_params ([]) must name at least one pattern with inner_mode=pattern, such as"
            + " [h.*.mlp.*]",
        "inner_mode",
        "inner_params");
    boolean lora = config.innerMode() == InnerMode.LORA;
    require(
        !lora || !config.loraTargets().isEmpty(),
        "lora_targets ([]) must name at least one layer with inner_mode=lora, such as"
            + " [attn.c_attn]",
        "inner_mode",
        "lora_targets");
    for (String target : config.loraTargets()) {
      require(
          !lora || LAYERS.contains(target),
          "lora_targets (%s) must name linear layers: attn.c_attn, attn.c_proj, mlp.c_fc, mlp.c_proj"
              .formatted(target),
          "inner_mode",
          "lora_targets");
    }
    String microFacts = config.innerMicroFacts();
    require(
        microFacts == null
            || microFacts.equals(RunConfig.AUTO)
            || microFacts.matches("[1-9][0-9]{0,8}"),
        "inner_micro_facts (%s) must be a whole number of at least 1, auto or null"
            .formatted(microFacts),
        "inner_micro_facts");
    require(
        config.gradient() != GradientKind.TRUNCATED
            || !config.adapts()
            || config.truncatedSteps() <= config.nInnerIter(),
        "truncated_steps (%d) must be at most n_inner_iter (%d) with gradient=truncated"
            .formatted(config.truncatedSteps(), config.nInnerIter()),
        "gradient",
        "truncated_steps",
        "n_inner_iter",
        "method");
  }

  private void outerLoop(RunConfig config) {
    require(
        config.outerTerms().stream().anyMatch(term -> term.weight() > 0),
        "one of label_weight (%s), knowledge_weight (%s) and, with an inner loop, recall_weight (%s)"
                .formatted(config.labelWeight(), config.knowledgeWeight(), config.recallWeight())
            + " must be above 0",
        "label_weight",
        "knowledge_weight",
        "recall_weight",
        "method");
    require(
        config.multiTask() || config.labelWeight() > 0 || config.recallWeight() > 0,
        "label_weight (0.0) must be above 0 with multi_task=false, whose targets are only labels",
        "multi_task",
        "label_weight",
        "recall_weight");
  }

  private void model(ModelConfig model) {
    require(
        model.vocabularyData().isEmpty() || model.vocabulary() != VocabularyKind.DATA,
        "model.vocabulary_data (%s) must be [] with model.vocabulary=data; compact adds the tokens of files"
            .formatted(model.vocabularyData()),
        "model.vocabulary",
        "model.vocabulary_data");
    if (model.preset() == null) {
      requireSize("n_layer", model.nLayer());
      requireSize("n_head", model.nHead());
      requireSize("n_embd", model.nEmbd());
      requireSize("n_positions", model.nPositions());
    }
    if (model.preset() != null || (model.nEmbd() != null && model.nHead() != null)) {
      requireDivisible(model);
    }
  }

  private void requireSize(String name, @Nullable Integer size) {
    String key = "model." + name;
    require(
        size != null,
        "%s (null) must be a whole number unless model.preset names a published model"
            .formatted(key),
        key,
        "model.preset");
  }

  private void requireDivisible(ModelConfig model) {
    Preset preset = model.preset() == null ? Preset.SMALL : model.preset();
    int width = model.nEmbd() == null ? preset.sizes().nEmbd() : model.nEmbd();
    int heads = model.nHead() == null ? preset.sizes().nHead() : model.nHead();
    require(
        width % heads == 0,
        "model.n_embd (%d) must be divisible by model.n_head (%d)".formatted(width, heads),
        "model.preset",
        "model.n_embd",
        "model.n_head");
    require(
        model.nInner() != null || width <= Integer.MAX_VALUE / 4,
        "model.n_embd (%d) must be at most %d, so that n_inner = 4 n_embd fits"
            .formatted(width, Integer.MAX_VALUE / 4),
        "model.n_embd",
        "model.n_inner");
  }

  private void data(DataConfig data) {
    if (data.source() == DataSource.FILES) {
      boolean records = data.format() == DataFormat.RECORDS;
      require(
          data.train() != null || (records && data.dataset() != null),
          records
              ? "data.dataset (null) must be a directory below data.data_dir, or data.train a file,"
                  + " with data.source=files"
              : "data.train (null) must be a file with data.format=%s"
                  .formatted(EnumWord.of(data.format())),
          "data.source",
          "data.format",
          "data.train",
          "data.dataset");
      DatasetType only = data.format().type().orElse(data.datasetType());
      require(
          data.datasetType() == only,
          "data.dataset_type (%s) must be %s with data.format=%s"
              .formatted(
                  EnumWord.of(data.datasetType()), EnumWord.of(only), EnumWord.of(data.format())),
          "data.source",
          "data.dataset_type",
          "data.format");
      return;
    }
    new GeneratorRules(this, data).check();
  }

  private void segments(DataConfig data, ModelConfig model) {
    Integer tokens = data.segmentTokens();
    if (tokens == null) {
      require(
          data.segmentOverlap() == 0,
          "data.segment_overlap (%d) must be 0 with data.segment_tokens=null, which cuts nothing"
              .formatted(data.segmentOverlap()),
          "data.segment_tokens",
          "data.segment_overlap");
      return;
    }
    require(
        data.segmentOverlap() <= tokens / 2,
        "data.segment_overlap (%d) must be at most half of data.segment_tokens (%d)"
            .formatted(data.segmentOverlap(), tokens),
        "data.segment_tokens",
        "data.segment_overlap");
    require(
        data.maxTokens() == null || tokens <= data.maxTokens(),
        "data.segment_tokens (%d) must be at most data.max_tokens (%d), above which tasks are left out"
            .formatted(tokens, data.maxTokens()),
        "data.segment_tokens",
        "data.max_tokens");
    Integer positions = positions(model);
    require(
        positions == null || tokens <= positions,
        "data.segment_tokens (%d) must be at most model.n_positions (%d)"
            .formatted(tokens, positions),
        "data.segment_tokens",
        "model.preset",
        "model.n_positions");
  }

  /** Returns the positions of a model of random weights; null if weights decide. */
  private static @Nullable Integer positions(ModelConfig model) {
    Preset preset = model.preset();
    if (model.nameOrPath() != null) {
      return null;
    }
    return model.nPositions() == null && preset != null
        ? (Integer) preset.sizes().nPositions()
        : model.nPositions();
  }

  /** Adds a problem unless a condition holds or one of its keys is known to be wrong. */
  void require(boolean holds, String problem, String... keys) {
    if (!holds && Set.of(keys).stream().noneMatch(wrong::contains)) {
      problems.add(problem);
    }
  }
}
