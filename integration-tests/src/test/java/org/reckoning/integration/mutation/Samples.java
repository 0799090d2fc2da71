package org.reckoning.integration.mutation;

/** Valid inputs that no file of this project contains. */
final class Samples {
  private Samples() {}

  /** Returns records of one kind of data, one per line. */
  static String records(String type) {
    return switch (type) {
      case "proofwriter" ->
          """
          {"guid": "a", "question": "Dave is red.", "answer": "False", "facts": ["All kind things are red.", "Dave is kind."], "all_facts": ["Anne is blue.", "Dave is kind.", "All kind things are red."], "hops": 2}
          {"guid": "b", "questions": ["p", "q"], "answers": ["unknown", true], "facts": ["a", "b"], "all_facts": ["d", "b", "a"], "relevant": [[1], [0, 1]]}
          """;
      case "clutrr" ->
          """
          {"guid": "a", "facts": [["B C", "sister"], "A is the father of B"], "questions": [["How is A related to C ?", "A C", "Father"], ["How is C related to B ?", "C B", "neice"]], "proofs": []}
          {"guid": 7, "question": "q", "answer": "cousin", "facts": ["a"], "labels": ["cousin", "aunt"]}
          """;
      case "folio" ->
          """
          {"guid": 7, "question": "c", "answer": "Uncertain", "facts": ["a", "a"], "all_facts": ["a", "b", "a"]}
          """;
      default ->
          """
          {"guid": "g", "hypothesis": "h", "answer": "No", "facts": ["a", "b"], "distractors": ["c"]}
          """;
    };
  }

  /** Returns a CSV file in the format of CLUTRR. */
  static String clutrrCsv() {
    return """
    ,id,story,query,target,clean_story,task_name,other
    0,ab-1,"[Ann] has a son called ""[Bo]"".  [Cy] is a brother of [Bo]. ","('Ann', 'Cy')",son,,task_1.2,"[{('Ann', 'son'): []}]"
    1,x,[Al] and [Di] ate. It was good. [Ann] met her son [Bo]. [Bo] has a sister. She is [Cy].,"('Ann', ""Cy"")",neice,[Bo] has a sister. She is [Cy]. [Ann] met her son [Bo].,task_3.2,
    """;
  }

  /** Returns a sweep of two finished runs. */
  static String sweep() {
    return """
    {"jobs": [
      {"number": 0, "overrides": ["seed=1"], "status": "done", "reason": null,
       "methods": {"reckoning": {"acc_scored": 0.5, "loss": 1.5}}},
      {"number": 1, "overrides": ["seed=2"], "status": "done", "reason": null,
       "methods": {"reckoning": {"acc_scored": 0.25, "loss": 1.25}}}]}
    """;
  }
}
