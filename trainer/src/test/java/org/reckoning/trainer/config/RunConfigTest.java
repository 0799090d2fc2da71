package org.reckoning.trainer.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.reckoning.graph.gpt2.Gpt2Config;
import org.reckoning.graph.gpt2.MatmulDtype;
import org.reckoning.graph.optimizer.AdamW;
import org.reckoning.graph.optimizer.Momentum;
import org.reckoning.graph.optimizer.Sgd;
import org.reckoning.graph.settings.Adaptation;
import org.reckoning.graph.settings.BilevelConfig;
import org.reckoning.graph.settings.GradientMode;
import org.reckoning.graph.settings.InnerLoss;
import org.reckoning.graph.settings.InnerProducts;
import org.reckoning.graph.settings.InnerRates;
import org.reckoning.graph.settings.OuterOptimizer;
import org.reckoning.graph.settings.OuterTerm;
import org.reckoning.graph.task.TaskShape;
import org.reckoning.graph.xla.XlaMode;
import org.reckoning.trainer.config.DataConfig.DataSource;
import org.reckoning.trainer.config.ModelConfig.Preset;
import org.reckoning.trainer.config.ModelConfig.VocabularyKind;
import org.reckoning.trainer.config.RunConfig.FloatType;
import org.reckoning.trainer.config.RunConfig.GradientKind;
import org.reckoning.trainer.config.RunConfig.InnerMode;
import org.reckoning.trainer.config.RunConfig.InnerOpt;
import org.reckoning.trainer.config.RunConfig.Schedule;
import org.reckoning.trainer.data.DatasetType;
import org.reckoning.trainer.data.FactOrder.LoadOrder;
import org.reckoning.trainer.data.formats.DataFormat;
import org.reckoning.trainer.data.kinship.Wording;
import org.reckoning.trainer.data.needles.NeedleGenerator;
import org.reckoning.trainer.data.theories.TheoryKind.Family;
import org.reckoning.trainer.data.theories.TheoryKind.World;
import org.reckoning.trainer.tokens.FactNames;
import org.reckoning.trainer.tokens.Method;

class RunConfigTest {

  @Test
  void everyKey_isBound() {
    String yaml =
        """
        name: other
        output_dir: elsewhere
        resume: elsewhere/other/1
        seed: 4294967296
        method: random_facts
        baselines: [in_context, no_question]
        multi_task: false
        xla: "off"
        dtype: float64
        matmul_dtype: float32
        n_inner_iter: 5
        inner_opt: momentum
        inner_loss: sum
        inner_lr: 1e-5
        dyna_lr: false
        inner_rate_space: raw
        inner_momentum: 0.8
        inner_weight_decay: 0.02
        inner_adam_beta1: 0.7
        inner_adam_beta2: 0.6
        inner_adam_epsilon: 1.0e-6
        inner_mode: pattern
        inner_params: ["h.*.mlp.*"]
        lora_rank: 4
        lora_alpha: 8
        lora_targets: [c_proj]
        gradient: truncated
        truncated_steps: 2
        inner_products: keep
        inner_dropout: 0.1
        inner_micro_facts: 4
        train_params: ["h.*"]
        learning_rate: 3.0e-5
        rates_learning_rate: 0.02
        schedule: cosine
        warmup_proportion: 0.1
        weight_decay: 0.05
        adam_beta1: 0.5
        adam_beta2: 0.95
        adam_epsilon: 1.0e-7
        max_grad_norm: null
        max_rates_grad_norm: 0.1
        outer_dropout: 0.2
        label_weight: 2
        knowledge_weight: 0.5
        recall_weight: 0.25
        train_batch_size: 2
        task_groups: 2
        gradient_accumulation_steps: 3
        max_steps: 7
        num_train_epochs: 8
        eval_steps: 9
        eval_batch_size: 10
        eval_tasks: 11
        monitor: loss
        patience: 12
        generate: false
        max_new_tokens: 13
        save_steps: 14
        keep_checkpoints: 15
        log_steps: 16
        tensorboard: false
        model:
          preset: medium
          n_layer: 3
          n_head: 2
          n_embd: 8
          n_inner: 12
          n_positions: 32
          initializer_range: 0.3
          vocabulary: full
          vocabulary_data: [more]
          name_or_path: weights
        data:
          source: files
          dataset_type: folio
          format: records
          dataset: mine
          data_dir: there
          train: a
          val: b
          test: c
          load_order: norm
          fact_names: shared
          distractors: 2
          varied_distractors: true
          hops: [2, 3]
          train_tasks: 1
          val_tasks: 4
          test_tasks: 5
          max_buckets: 7
          max_tokens: 20
          segment_tokens: 17
          segment_overlap: 8
          forms: 3
          train_questions: 6
          wording: clutrr
          names: 30
          exchanged: 0.125
          context_tokens: 4096
          varied_context: true
          needles_part: middle
          world: closed
          families: [rel]
          theory_depth: 4
          subjects: 3
          sentences: 18
        """;
    ObjectNode tree = (ObjectNode) YamlDocument.value(yaml, "test");
    DefaultRun.tree().properties().stream()
        .filter(field -> !field.getKey().equals("matmul_dtype")) // needs defaults of other keys
        .forEach(
            field ->
                assertThat(tree.get(field.getKey()))
                    .as("a value other than the default of %s", field.getKey())
                    .isNotEqualTo(field.getValue()));

    assertThat(RunConfig.of(tree))
        .isEqualTo(
            new RunConfig(
                "other",
                "elsewhere",
                "elsewhere/other/1",
                4294967296L,
                Method.RANDOM_FACTS,
                List.of(Method.IN_CONTEXT, Method.NO_QUESTION),
                false,
                XlaMode.OFF,
                FloatType.FLOAT64,
                MatmulDtype.FLOAT32,
                5,
                InnerOpt.MOMENTUM,
                InnerLoss.SUM,
                1e-5,
                false,
                InnerRates.Space.RAW,
                0.8,
                0.02,
                0.7,
                0.6,
                1e-6,
                InnerMode.PATTERN,
                List.of("h.*.mlp.*"),
                4,
                8,
                List.of("c_proj"),
                GradientKind.TRUNCATED,
                2,
                InnerProducts.KEEP,
                0.1,
                "4",
                List.of("h.*"),
                3e-5,
                0.02,
                Schedule.COSINE,
                0.1,
                0.05,
                0.5,
                0.95,
                1e-7,
                null,
                0.1,
                0.2,
                2,
                0.5,
                0.25,
                2,
                2,
                3,
                7,
                8,
                9,
                10,
                11,
                "loss",
                12,
                false,
                13,
                14,
                15,
                16,
                false,
                new ModelConfig(
                    Preset.MEDIUM,
                    3,
                    2,
                    8,
                    12,
                    32,
                    0.3,
                    VocabularyKind.FULL,
                    List.of("more"),
                    "weights"),
                new DataConfig(
                    DataSource.FILES,
                    DatasetType.FOLIO,
                    DataFormat.RECORDS,
                    "mine",
                    "there",
                    "a",
                    "b",
                    "c",
                    LoadOrder.NORM,
                    FactNames.SHARED,
                    2,
                    true,
                    List.of(2, 3),
                    1,
                    4,
                    5,
                    7,
                    20,
                    17,
                    8,
                    3,
                    6,
                    Wording.CLUTRR,
                    "30",
                    0.125,
                    4096,
                    true,
                    NeedleGenerator.Part.MIDDLE,
                    World.CLOSED,
                    List.of(Family.REL),
                    4,
                    3,
                    18)));
  }

  @Test
  void matmulDtype_isThatOfTheGraph() {
    RunConfig config = DefaultRun.config().with("matmul_dtype", MatmulDtype.BFLOAT16);

    assertThat(config.yaml()).contains("matmul_dtype: bfloat16");
    assertThat(config.bilevel(Gpt2Config.small(), List.of(new TaskShape(1, 1, 2, 1, 2))))
        .extracting(BilevelConfig::matmulDtype)
        .isEqualTo(MatmulDtype.BFLOAT16);
  }

  @Test
  void yaml_readsBackTheSame(@TempDir Path directory) throws IOException {
    RunConfig config =
        DefaultRun.config()
            .with("xla", XlaMode.OFF)
            .with("name", "007")
            .with("train_params", List.of("*", "h.*"))
            .with("inner_lr", 1e-5)
            .with("resume", "a b/#1")
            .with("data.dataset", null);
    Path file = directory.resolve("config.yaml");
    Files.writeString(file, config.yaml());

    assertThat(RunConfig.read(file)).isEqualTo(config);
  }

  @Test
  void read_ofAnEarlierVersion_setsTheAddedKeys(@TempDir Path directory) throws IOException {
    RunConfig config = DefaultRun.config();
    Path file = directory.resolve("config.yaml");
    String added = "(?m)^ *(matmul_dtype|inner_loss|fact_names|varied_context|needles_part): .*\n";
    Files.writeString(file, config.yaml().replaceAll(added, ""));

    assertThat(file)
        .content()
        .doesNotContain(
            "matmul_dtype", "inner_loss", "fact_names", "varied_context", "needles_part");
    assertThat(RunConfig.read(file)).isEqualTo(config);
  }

  static Stream<Arguments> wrongValues() {
    return Stream.of(
        Arguments.of(
            "n_inner_iter", "4.7", "n_inner_iter (4.7) must be a whole number of at least 0"),
        Arguments.of(
            "n_inner_iter", "-1", "n_inner_iter (-1) must be a whole number of at least 0"),
        Arguments.of(
            "n_inner_iter", "null", "n_inner_iter (null) must be a whole number of at least 0"),
        Arguments.of(
            "n_inner_iter",
            "0",
            "n_inner_iter (0) must be at least 1 with method=reckoning; methods without an inner loop are in_context, no_facts and no_question"),
        Arguments.of(
            "train_batch_size",
            "3000000000",
            "train_batch_size (3000000000) must be a whole number of at least 1 and at most 2147483647"),
        Arguments.of(
            "seed",
            "10000000000000000000",
            "seed (10000000000000000000) must be a whole number of at least -9223372036854775808 and at most 9223372036854775807"),
        Arguments.of(
            "tensorboard", "99999999999", "tensorboard (99999999999) must be true or false"),
        Arguments.of(
            "max_grad_norm",
            "1e39",
            "max_grad_norm (1.0E39) must be from 1.17549435E-38 to 3.4028235E38 with dtype=float32; use dtype=float64 or another value"),
        Arguments.of(
            "inner_lr",
            "1e-46",
            "inner_lr (1.0E-46) must be from 1.17549435E-38 to 3.4028235E38 with dtype=float32; use dtype=float64 or another value"),
        Arguments.of(
            "adam_epsilon",
            "1e-40",
            "adam_epsilon (1.0E-40) must be from 1.17549435E-38 to 3.4028235E38 with dtype=float32; use dtype=float64 or another value"),
        Arguments.of(
            "data.hops",
            "[2, 3000000000]",
            "data.hops ([2,3000000000]) must be a list in brackets, each element a whole number of at least 0 and at most 2147483647"),
        Arguments.of("inner_lr", "fast", "inner_lr (fast) must be a number of at least 0"),
        Arguments.of("inner_lr", "0", "inner_lr (0.0) must be above 0 with inner_rate_space=log"),
        Arguments.of(
            "learning_rate",
            "1e999",
            "learning_rate (Infinity) must be a finite number of at least 0"),
        Arguments.of(
            "inner_dropout", "1", "inner_dropout (1) must be a number of at least 0 and below 1"),
        Arguments.of(
            "inner_micro_facts",
            "0",
            "inner_micro_facts (0) must be a whole number of at least 1, auto or null"),
        Arguments.of(
            "warmup_proportion",
            "6",
            "warmup_proportion (6) must be a number of at least 0 and at most 1"),
        Arguments.of("max_grad_norm", "0", "max_grad_norm (0) must be a number above 0, or null"),
        Arguments.of("dyna_lr", "yes", "dyna_lr (yes) must be true or false"),
        Arguments.of(
            "max_steps",
            "None",
            "max_steps (None) must be a whole number of at least 1, or null; did you mean null?"),
        Arguments.of(
            "inner_opt",
            "adam",
            "inner_opt (adam) must be one of sgd, momentum, adamw; did you mean adamw?"),
        Arguments.of(
            "inner_opt",
            "SGD",
            "inner_opt (SGD) must be one of sgd, momentum, adamw; did you mean sgd?"),
        Arguments.of(
            "baselines",
            "[no_fact]",
            "baselines ([\"no_fact\"]) must be a list in brackets, each element one of reckoning,"
                + " in_context, no_facts, no_question, random_facts; did you mean no_facts?"),
        Arguments.of(
            "data.hops",
            "2",
            "data.hops (2) must be a list in brackets, each element a whole number of at least 0"),
        Arguments.of(
            "data.segment_tokens",
            "15",
            "data.segment_tokens (15) must be a whole number of at least 16, or null"),
        Arguments.of(
            "data.hops",
            "[]",
            "data.hops ([]) must list the numbers of hops to generate with data.source=kinship,"
                + " each 2 to 100, such as [2]"),
        Arguments.of(
            "name",
            "a/b",
            "name (a/b) must have only letters, digits, '.', '_' and '-', and not begin with '.'; it names a directory"),
        Arguments.of(
            "name",
            "..", // the run would lie beside outputs, not in it
            "name (..) must have only letters, digits, '.', '_' and '-', and not begin with '.'; it names a directory"),
        Arguments.of(
            "monitor",
            "acc_lable",
            "monitor (acc_lable) must be one of loss, acc_scored, acc, acc_label, f1, f1_ref,"
                + " kg_precision, kg_recall, kg_exact; did you mean acc_label?"),
        Arguments.of("data.data_dir", "???", "data.data_dir must be set: data.data_dir=VALUE"),
        Arguments.of("model", "small", "model (small) must have nested keys"),
        Arguments.of("data", "null", "data (null) must have nested keys"),
        Arguments.of(
            "model.n_head", "3", "model.n_embd (64) must be divisible by model.n_head (3)"),
        Arguments.of(
            "model.n_layer",
            "null",
            "model.n_layer (null) must be a whole number unless model.preset names a published"
                + " model"),
        Arguments.of(
            "inner_mode",
            "pattern",
            "inner_params ([]) must name at least one pattern with inner_mode=pattern, such as"
                + " [h.*.mlp.*]"),
        Arguments.of(
            "data.dataset_type",
            "folio",
            "data.dataset_type (folio) must be clutrr with data.source=kinship"),
        Arguments.of(
            "data.train_tasks",
            "null",
            "data.train_tasks (null) must be a whole number with data.source=kinship, which can generate any number"),
        Arguments.of(
            "data.source",
            "files",
            "data.dataset (null) must be a directory below data.data_dir, or data.train a file,"
                + " with data.source=files"),
        Arguments.of("inner_lrr", "1", "inner_lrr is not a known key; did you mean inner_lr?"),
        Arguments.of(
            "load_order", "pre", "load_order is not a known key; did you mean data.load_order?"),
        Arguments.of(
            "no_facts", "true", "no_facts is not a known key; did you mean method=no_facts?"),
        Arguments.of(
            "model.n_layers",
            "2",
            "model.n_layers is not a known key; did you mean model.n_layer?"),
        Arguments.of(
            "qqqqqqqqqqqqqqqqqqqqqqqqq", "2", "qqqqqqqqqqqqqqqqqqqqqqqqq is not a known key"));
  }

  @ParameterizedTest(name = "{0}={1}")
  @MethodSource("wrongValues")
  void wrongValue_isOneSentence(String key, String yaml, String problem) {
    ObjectNode tree = DefaultRun.tree();
    put(tree, key, YamlDocument.value(yaml, "test"));

    assertThat(problems(tree)).containsExactly(problem);
  }

  /** Returns values that generate theories, except one. */
  private static Map<String, Object> theories(String key, Object value) {
    Map<String, Object> values = new HashMap<>();
    values.put("data.source", "theories");
    values.put("data.dataset_type", "proofwriter");
    values.put(key, value);
    return values;
  }

  static Stream<Arguments> wrongTogether() {
    return Stream.of(
        Arguments.of(
            Map.of("gradient", "truncated", "truncated_steps", 5),
            "truncated_steps (5) must be at most n_inner_iter (4) with gradient=truncated"),
        Arguments.of(
            Map.of("inner_mode", "lora", "lora_targets", List.of()),
            "lora_targets ([]) must name at least one layer with inner_mode=lora, such as"
                + " [attn.c_attn]"),
        Arguments.of(
            Map.of("inner_mode", "lora", "lora_targets", List.of("wte")),
            "lora_targets (wte) must name linear layers: attn.c_attn, attn.c_proj, mlp.c_fc,"
                + " mlp.c_proj"),
        Arguments.of(
            Map.of("matmul_dtype", "bfloat16", "dtype", "float64"),
            "matmul_dtype (bfloat16) must be float32 with dtype=float64; bfloat16 needs"
                + " dtype=float32"),
        Arguments.of(
            Map.of("matmul_dtype", "bfloat16", "xla", "off"),
            "matmul_dtype (bfloat16) must be float32 with xla=off; bfloat16 needs xla=segments or"
                + " whole"),
        Arguments.of(
            Map.of("eval_steps", "null", "patience", 3),
            "eval_steps (null) must be a whole number with patience=3, which counts evaluations"),
        Arguments.of(
            Map.of("generate", false),
            "monitor (acc_label) must be one of loss, acc_scored with generate=false, which measures nothing else"),
        Arguments.of(
            Map.of("monitor", "kg_exact", "baselines", List.of("no_facts")),
            "monitor (kg_exact) must be a metric of every method; answers include facts only with multi_task=true and method reckoning or in_context"),
        Arguments.of(
            Map.of("method", "in_context", "n_inner_iter", 0, "baselines", List.of("random_facts")),
            "baseline random_facts: n_inner_iter (0) must be at least 1 with method=random_facts; methods without an inner loop are in_context, no_facts and no_question"),
        Arguments.of(
            Map.of("label_weight", 0, "knowledge_weight", 0),
            "one of label_weight (0.0), knowledge_weight (0.0) and, with an inner loop,"
                + " recall_weight (0.0) must be above 0"),
        Arguments.of(
            Map.of("label_weight", 0, "multi_task", false),
            "label_weight (0.0) must be above 0 with multi_task=false, whose targets are only labels"),
        Arguments.of(
            Map.of("data.source", "files", "data.format", "clutrr_csv", "data.dataset", "x"),
            "data.train (null) must be a file with data.format=clutrr_csv"),
        Arguments.of(
            Map.of("data.source", "files", "data.format", "ruletaker", "data.train", "x"),
            "data.dataset_type (clutrr) must be proofwriter with data.format=ruletaker"),
        Arguments.of(
            theories("data.hops", List.of(2, 6)),
            "data.hops ([2, 6]) must list the depths of questions to generate with data.source=theories, each 0 to 5, such as [1, 2]"),
        Arguments.of(
            theories("data.hops", List.of()),
            "data.hops ([]) must list the depths of questions to generate with data.source=theories, each 0 to 5, such as [1, 2]"),
        Arguments.of(
            theories("data.families", List.of()),
            "data.families ([]) must name at least one of att, att_neg, rel, rel_neg with data.source=theories"),
        Arguments.of(
            theories("data.theory_depth", 1),
            "data.theory_depth (1) must be at least 2, the largest of data.hops"),
        Arguments.of(
            theories("data.sentences", 5),
            "data.sentences (5) must be at least 6 for theories of depth 2"),
        Arguments.of(
            Map.of(
                "data.source",
                "theories",
                "data.dataset_type",
                "proofwriter",
                "data.world",
                "closed",
                "data.distractors",
                3),
            "data.distractors (3) must be null, all sentences, with data.world=closed: without a sentence another label may be right"),
        Arguments.of(
            theories("data.dataset_type", "clutrr"),
            "data.dataset_type (clutrr) must be proofwriter with data.source=theories"),
        Arguments.of(
            theories("data.val_tasks", "null"),
            "data.val_tasks (null) must be a whole number with data.source=theories, which can generate any number"),
        Arguments.of(
            Map.of("data.segment_overlap", 8),
            "data.segment_overlap (8) must be 0 with data.segment_tokens=null, which cuts nothing"),
        Arguments.of(
            Map.of("data.segment_tokens", 32, "data.segment_overlap", 17),
            "data.segment_overlap (17) must be at most half of data.segment_tokens (32)"),
        Arguments.of(
            Map.of("data.segment_tokens", 32, "data.max_tokens", 31),
            "data.segment_tokens (32) must be at most data.max_tokens (31), above which tasks are left out"),
        Arguments.of(
            Map.of("data.segment_tokens", 65),
            "data.segment_tokens (65) must be at most model.n_positions (64)"),
        Arguments.of(
            Map.of("model.vocabulary", "data", "model.vocabulary_data", List.of("a")),
            "model.vocabulary_data ([a]) must be [] with model.vocabulary=data; compact adds the tokens of files"),
        Arguments.of(
            Map.of("data.wording", "clutrr_sg", "data.distractors", 9),
            "the letters of data.wording=clutrr_sg (20) must be at least 21, the people of a problem with data.hops [2] and data.distractors (9); use fewer facts"),
        Arguments.of(
            Map.of("data.wording", "clutrr_sg", "data.names", "30"),
            "data.names (30) must be null with data.wording=clutrr_sg, whose people are letters"),
        Arguments.of(
            Map.of("data.exchanged", 0.125),
            "data.exchanged (0.125) must be 0 unless data.wording=clutrr_sg; other wordings exchange no people"),
        Arguments.of(
            Map.of("data.distractors", 101),
            "data.distractors (101) must be at most 100 with data.source=kinship"),
        Arguments.of(
            Map.of("data.hops", List.of(2, 101)),
            "data.hops ([2, 101]) must list the numbers of hops to generate with data.source=kinship, each 2 to 100, such as [2]"),
        Arguments.of(
            Map.of("data.names", "8", "data.distractors", 3),
            "data.names (8) must be at least 9, the people of a problem with data.hops [2] and data.distractors (3); use fewer facts or more names"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("wrongTogether")
  void valuesThatDisagree_areOneSentence(Map<String, Object> values, String problem) {
    ObjectNode tree = DefaultRun.tree();
    values.forEach((key, value) -> put(tree, key, YamlDocument.value(value.toString(), "test")));

    assertThat(problems(tree)).containsExactly(problem);
  }

  @Test
  void allProblems_areToldAtOnce() {
    ObjectNode tree = DefaultRun.tree();
    tree.put("inner_lrr", 1).put("inner_lr", -1).put("gradient", "truncated");
    tree.put("truncated_steps", 9).remove("seed");
    put(tree, "model.n_embd", YamlDocument.value("66", "test"));
    put(tree, "model.n_head", YamlDocument.value("4", "test"));

    assertThat(problems(tree))
        .containsExactly(
            "seed is missing; configs/default has every key",
            "inner_lr (-1) must be a number of at least 0",
            "inner_lrr is not a known key; did you mean inner_lr?",
            "truncated_steps (9) must be at most n_inner_iter (4) with gradient=truncated",
            "model.n_embd (66) must be divisible by model.n_head (4)");
  }

  @Test
  void problemOfAFile_namesFileAndLine() {
    ObjectNode tree = DefaultRun.tree();
    tree.put("inner_lrr", 1).put("inner_lr", -1).put("monitor", "???");
    Map<String, String> origins =
        Map.of("inner_lrr", "mine.yaml, line 3", "inner_lr", "mine.yaml, line 4", "monitor", "m");

    ConfigException e =
        Objects.requireNonNull(
            catchThrowableOfType(ConfigException.class, () -> RunConfig.of(tree, origins)));

    assertThat(e.problems())
        .containsExactly(
            "inner_lr (-1) must be a number of at least 0 (mine.yaml, line 4)",
            "monitor must be set: monitor=VALUE (m leaves it unset)",
            "inner_lrr is not a known key (mine.yaml, line 3); did you mean inner_lr?");
    assertThat(e).hasMessage(String.join("; ", e.problems()));
  }

  @Test
  void keyWithDotsInAFile_isToldToBeNested() {
    ObjectNode tree = DefaultRun.tree();
    tree.putArray("data.hops").add(2);

    assertThat(problems(tree))
        .containsExactly(
            "data.hops is not a known key; write it as nested keys, such as data: {hops: VALUE}");
  }

  @Test
  void variedDistractors_needANumber() {
    RunConfig none = DefaultRun.config().with("data.distractors", null);
    assertThatThrownBy(() -> none.with("data.varied_distractors", true))
        .hasMessageContaining(
            "data.distractors (null) must be a number with data.varied_distractors=true");
  }

  @Test
  void with_changesAKeyAndChecksIt() {
    RunConfig config = DefaultRun.config();

    assertThat(config.with("model.n_layer", 3).model().nLayer()).isEqualTo(3);
    assertThat(config.with("method", Method.NO_FACTS).method()).isEqualTo(Method.NO_FACTS);
    assertThat(config.with("max_steps", null).maxSteps()).isNull();
    assertThat(catchThrowableOfType(ConfigException.class, () -> config.with("seeds", 1)))
        .hasMessage("seeds is not a known key; did you mean seed?");
  }

  @Test
  void keys_areThoseOfTheTree() {
    assertThat(RunConfig.keys())
        .contains("seed", "model.n_layer", "data.hops")
        .doesNotContain("model");
    assertThat(RunConfig.keys()).hasSize(62 + 10 + 33);
  }

  @Test
  void bilevel_takesEveryValue() {
    Gpt2Config model = DefaultRun.config().model().gpt2(100);
    TaskShape shape = new TaskShape(1, 2, 8, 1, 8);
    RunConfig config =
        DefaultRun.config()
            .with("n_inner_iter", 3)
            .with("inner_dropout", 0.1)
            .with("outer_dropout", 0.2)
            .with("train_params", List.of("h.*"))
            .with("xla", "whole")
            .with("inner_lr", 0.3)
            .with("gradient", "first_order")
            .with("weight_decay", 0.05)
            .with("max_grad_norm", 0.5)
            .with("max_rates_grad_norm", null);

    AdamW adamW = new AdamW(0.9, 0.999, 1e-8, 0.05);
    assertThat(config.bilevel(model, List.of(shape)))
        .isEqualTo(
            BilevelConfig.of(model, 3, shape)
                .withDropout(0.1, 0.2)
                .withTrained("h.*")
                .withXla(XlaMode.WHOLE)
                .withInnerRates(InnerRates.log(0.3))
                .withGradientMode(GradientMode.firstOrder())
                .withOuterOptimizer(
                    new OuterOptimizer(
                        adamW, adamW.withWeightDecay(0), 0.5, Double.POSITIVE_INFINITY)));
  }

  @Test
  void innerOptimizer_isTheChosenOne() {
    RunConfig config =
        DefaultRun.config()
            .with("inner_weight_decay", 0.1)
            .with("inner_momentum", 0.8)
            .with("inner_adam_beta1", 0.7)
            .with("inner_adam_beta2", 0.6)
            .with("inner_adam_epsilon", 1e-6);

    assertThat(config.innerOptimizer()).isEqualTo(new Sgd(0.1));
    assertThat(config.with("inner_opt", "momentum").innerOptimizer())
        .isEqualTo(new Momentum(0.8, 0.1, false));
    assertThat(config.with("inner_opt", "adamw").innerOptimizer())
        .isEqualTo(new AdamW(0.7, 0.6, 1e-6, 0.1));
  }

  @Test
  void innerRates_areTheChosenOnes() {
    RunConfig config = DefaultRun.config().with("inner_lr", 0.2);

    assertThat(config.innerRates()).isEqualTo(InnerRates.log(0.2));
    assertThat(config.with("inner_rate_space", "raw").innerRates()).isEqualTo(InnerRates.raw(0.2));
    assertThat(config.with("inner_rate_space", "raw").with("dyna_lr", false).innerRates())
        .isEqualTo(InnerRates.fixed(0.2));
  }

  @Test
  void innerMicroFacts_areTheChosenOnes() {
    RunConfig config = DefaultRun.config();

    assertThat(innerMicroFacts(config)).isZero();
    assertThat(innerMicroFacts(config.with("inner_micro_facts", 3))).isEqualTo(3);
    RunConfig automatic = config.with("inner_micro_facts", "auto");
    assertThat(innerMicroFacts(automatic)).isEqualTo(BilevelConfig.AUTO);
    assertThat(innerMicroFacts(automatic.with("method", "in_context"))).isZero();
  }

  private static int innerMicroFacts(RunConfig config) {
    return config
        .bilevel(config.model().gpt2(50), List.of(new TaskShape(1, 1, 2, 1, 2)))
        .innerMicroFacts();
  }

  @Test
  void adaptation_isTheChosenOne() {
    RunConfig config = DefaultRun.config().with("inner_params", List.of("h.*", "ln_f.*"));

    assertThat(config.adaptation()).isEqualTo(Adaptation.all());
    assertThat(config.with("inner_mode", "lora").adaptation())
        .isEqualTo(Adaptation.lora(16, 32, "attn.c_attn"));
    assertThat(config.with("inner_mode", "pattern").adaptation())
        .isEqualTo(Adaptation.matching("h.*", "ln_f.*"));
  }

  @Test
  void outerTerms_areOneStringUnlessWeightsDiffer() {
    RunConfig config = DefaultRun.config();

    assertThat(config.outerTerms()).containsExactly(OuterTerm.target());
    RunConfig different = config.with("knowledge_weight", 0.5).with("recall_weight", 0.25);
    assertThat(different.outerTerms())
        .containsExactly(OuterTerm.answer(1), OuterTerm.knowledge(0.5), OuterTerm.recall(0.25));
    assertThat(different.with("method", "in_context").outerTerms())
        .containsExactly(OuterTerm.answer(1), OuterTerm.knowledge(0.5));
  }

  @ParameterizedTest
  @EnumSource
  void method_hasAnInnerLoopOrNone(Method method) {
    RunConfig config =
        DefaultRun.config()
            .with("gradient", "truncated")
            .with("truncated_steps", 2)
            .with("method", method);
    boolean adapts = method == Method.RECKONING || method == Method.RANDOM_FACTS;

    assertThat(config.adapts()).isEqualTo(adapts);
    assertThat(config.innerSteps()).isEqualTo(adapts ? 4 : 0);
    assertThat(config.bilevel(config.model().gpt2(50), List.of(new TaskShape(1, 1, 2, 1, 2))))
        .extracting(BilevelConfig::innerSteps, BilevelConfig::gradientMode)
        .containsExactly(adapts ? 4 : 0, adapts ? GradientMode.truncated(2) : GradientMode.exact());
  }

  @Test
  void model_isThePresetWithGivenSizesInItsPlace() {
    RunConfig config = DefaultRun.config();
    ModelConfig small =
        new ModelConfig(
            Preset.SMALL, null, null, null, null, null, 0.02, VocabularyKind.FULL, List.of(), null);
    ModelConfig distilled =
        new ModelConfig(
            Preset.SMALL, 6, null, null, null, 512, 0.02, VocabularyKind.FULL, List.of(), null);

    assertThat(small.gpt2(50_257)).isEqualTo(Gpt2Config.small());
    assertThat(small.positions()).isEqualTo(1024);
    assertThat(distilled.gpt2(50_257))
        .isEqualTo(Gpt2Config.small().withNLayer(6).withNPositions(512));
    assertThat(config.model().gpt2(70))
        .isEqualTo(
            Gpt2Config.small()
                .withVocabSize(70)
                .withNPositions(64)
                .withNHead(4)
                .withNEmbd(64)
                .withNLayer(2)
                .withInitializerRange(0.1));
  }

  private static void put(ObjectNode tree, String key, JsonNode value) {
    int dot = key.lastIndexOf('.');
    (dot < 0 ? tree : tree.withObjectProperty(key.substring(0, dot)))
        .set(key.substring(dot + 1), value);
  }

  private static List<String> problems(ObjectNode tree) {
    return Objects.requireNonNull(
            catchThrowableOfType(ConfigException.class, () -> RunConfig.of(tree)),
            "must be refused")
        .problems();
  }
}
