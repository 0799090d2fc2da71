package org.reckoning.trainer.training;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.reckoning.graph.gpt2.Gpt2Config;
import org.reckoning.graph.task.TaskBatch;
import org.reckoning.trainer.config.RunConfig;
import org.reckoning.trainer.run.Splits;
import org.reckoning.trainer.tokens.Batches;
import org.reckoning.trainer.tokens.Batches.Batch;
import org.reckoning.trainer.tokens.Buckets;
import org.reckoning.trainer.tokens.Buckets.BucketLimits;
import org.reckoning.trainer.tokens.EncodedTask;
import org.reckoning.trainer.tokens.QuestionLimits;
import org.reckoning.trainer.tokens.TaskEncoder;
import org.reckoning.trainer.tokens.TaskLengths;
import org.reckoning.trainer.tokens.Vocabulary;

/** The encoded data of a run, and the shapes of its batches. */
final class RunData {
  private final RunConfig config;
  private final Gpt2Config model;
  private final Vocabulary vocabulary;
  private final TaskEncoder encoder;
  private final List<EncodedTask> train;
  private final List<EncodedTask> val;
  private final List<EncodedTask> test;
  private final List<TaskLengths> lengths;
  private final Buckets buckets;
  private final long batchesPerEpoch;

  RunData(RunConfig config, Splits splits, Vocabulary vocabulary, Gpt2Config model) {
    this.config = config;
    this.model = model;
    config.data().segments().requireWithin(model.nPositions());
    this.vocabulary = vocabulary;
    encoder = config.encoder(vocabulary);
    train = encoder.encodeAll(splits.train(), config.seed());
    val = encoder.encodeAll(splits.val(), config.seed());
    test = encoder.encodeAll(splits.test(), config.seed());
    lengths = lengths(train);
    buckets = Buckets.choose(lengths, limits(config.trainBatchSize()));
    limits(1).requireFit(lengths(val), "tasks of data.val");
    limits(1).requireFit(lengths(test), "tasks of data.test");
    batchesPerEpoch = batches().perEpoch();
  }

  /**
   * Returns the limits of a batch.
   *
   * @param tasks largest number of tasks
   */
  BucketLimits limits(int tasks) {
    Integer maxTokens = config.data().maxTokens();
    int longest = model.nPositions();
    return new BucketLimits(
        tasks,
        config.data().maxBuckets(),
        maxTokens == null ? longest : Math.min(maxTokens, longest),
        config.innerSteps());
  }

  private static List<TaskLengths> lengths(List<EncodedTask> tasks) {
    return tasks.stream().map(EncodedTask::lengths).toList();
  }

  /** Returns the number of tasks of validation and test split that are too long. */
  private long tooLong() {
    int most = limits(1).maxTokens();
    return evaluated().stream().filter(task -> task.lengths().longestSequence() > most).count();
  }

  /** Returns the batches of the training split, from the first one. */
  Batches batches() {
    return new Batches(buckets, lengths, config.seed());
  }

  /** Returns the number of outer steps that a configuration plans for these data. */
  long steps(RunConfig plan) {
    Integer maxSteps = plan.maxSteps();
    long perStep = plan.gradientAccumulationSteps();
    long perEpoch = (batchesPerEpoch + perStep - 1) / perStep;
    return maxSteps != null ? maxSteps : perEpoch * plan.numTrainEpochs();
  }

  /**
   * Returns a batch of the training split as input of the program.
   *
   * @param tasks number of tasks in all passes of the outer step
   */
  TaskBatch pass(Batch batch, int tasks) {
    return TaskBatch.of(
        batch.shape(), model, batch.of(train).stream().map(EncodedTask::task).toList(), tasks);
  }

  /** Returns the largest number of tokens of a generated answer; 0 if none is generated. */
  int newTokens() {
    if (!config.generate()) {
      return 0;
    }
    return Objects.requireNonNullElse(config.maxNewTokens(), longestTarget());
  }

  /** Returns the number of tokens of the longest target of the training. */
  int longestTarget() {
    return train.stream().mapToInt(EncodedTask::longestTarget).max().orElse(1);
  }

  /** Returns the tasks of a validation: all of the split, or as many as configured. */
  List<EncodedTask> validation() {
    Integer most = config.evalTasks();
    return most == null ? val : val.subList(0, Math.min(most, val.size()));
  }

  /** Returns the tasks of the validation and the test split. */
  List<EncodedTask> evaluated() {
    List<EncodedTask> all = new ArrayList<>(val);
    all.addAll(test);
    return all;
  }

  /** Returns the tasks of the test split. */
  List<EncodedTask> test() {
    return test;
  }

  /** Returns the shapes of training batches. */
  Buckets buckets() {
    return buckets;
  }

  Gpt2Config model() {
    return model;
  }

  Vocabulary vocabulary() {
    return vocabulary;
  }

  TaskEncoder encoder() {
    return encoder;
  }

  /** Returns a line about the number of tasks. */
  String summary() {
    long tooLong = tooLong();
    return "%,d tasks to train on, %,d to validate, %,d to test%s"
        .formatted(
            train.size(),
            val.size(),
            test.size(),
            tooLong == 0 ? "" : "; %,d to validate or test are too long".formatted(tooLong));
  }

  /** Returns what the model can be asked. */
  QuestionLimits questionLimits() {
    return QuestionLimits.of(
        config.method(), config.data().factNames(), vocabulary, limits(1).maxTokens(), train);
  }

  /** Returns lines about the shapes of training batches. */
  String bucketSummary() {
    return buckets.report(lengths).stripTrailing();
  }
}
