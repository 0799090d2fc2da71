package org.reckoning.integration.mutation;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * An entry point for inputs, which is a row of {@link MutationTest}.
 *
 * @param name name of the row
 * @param weight share of all inputs for this row
 * @param setup creates the inputs and their environment
 */
record EntryPoint(String name, int weight, Setup setup) {
  /** All rows. */
  static final List<EntryPoint> ALL =
      List.of(
          new EntryPoint("words", 2, (run, folder) -> ConfigurationInputs.words()),
          new EntryPoint("config", 2, (run, folder) -> ConfigurationInputs.files(folder)),
          new EntryPoint("study", 2, (run, folder) -> ConfigurationInputs.study(folder)),
          new EntryPoint("run-config", 4, ConfigurationInputs::ofRun),
          new EntryPoint("records-proofwriter", 3, records("proofwriter")),
          new EntryPoint("records-clutrr", 3, records("clutrr")),
          new EntryPoint("records-folio", 3, records("folio")),
          new EntryPoint("records-entailment", 3, records("entailment_tree")),
          new EntryPoint("proofwriter", 4, (run, folder) -> DataInputs.proofWriter(folder)),
          new EntryPoint("ruletaker", 4, (run, folder) -> DataInputs.ruleTaker(folder)),
          new EntryPoint("choice", 4, (run, folder) -> DataInputs.multipleChoice(folder)),
          new EntryPoint("clutrr", 4, (run, folder) -> DataInputs.clutrr(folder)),
          new EntryPoint("clutrr-sg", 3, (run, folder) -> DataInputs.clutrrSg(folder)),
          new EntryPoint("folio", 3, (run, folder) -> DataInputs.folio(folder)),
          new EntryPoint("prontoqa", 3, (run, folder) -> DataInputs.prontoQa(folder)),
          new EntryPoint("babi", 3, (run, folder) -> DataInputs.babi(folder)),
          new EntryPoint("key-value", 3, (run, folder) -> DataInputs.keyValue(folder)),
          new EntryPoint("ask-words", 3, (run, folder) -> QuestionInputs.words(run)),
          new EntryPoint("ask-files", 4, QuestionInputs::files),
          new EntryPoint("conversation", 3, (run, folder) -> QuestionInputs.conversation(run)),
          new EntryPoint("export-files", 3, QuestionInputs::ofExport),
          new EntryPoint("state", 5, RunInputs::state),
          new EntryPoint("results", 3, RunInputs::results),
          new EntryPoint("sweep", 1, RunInputs::sweep),
          new EntryPoint("run-files", 5, RunInputs::model),
          new EntryPoint("weights", 4, (run, folder) -> WeightInputs.oneFile(folder)),
          new EntryPoint("shards", 4, (run, folder) -> WeightInputs.shards(folder)),
          new EntryPoint("requests", 5, (run, folder) -> ServedInputs.requests(run)),
          new EntryPoint("answers", 5, (run, folder) -> ServedInputs.answers(run)));

  /** Creates the inputs and their environment. */
  @FunctionalInterface
  interface Setup {
    /**
     * Returns the inputs.
     *
     * @param folder an empty folder
     */
    Inputs of(TinyRun run, Path folder) throws IOException;
  }

  @Override
  public String toString() {
    return name;
  }

  private static Setup records(String type) {
    return (run, folder) -> DataInputs.records(folder, type);
  }
}
