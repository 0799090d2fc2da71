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

  /** Returns lines in both forms of FOLIO's files. */
  static String folio() {
    return """
    {"story_id": 1, "example_id": 7, "conclusion": "Rex barks", "premises": ["All dogs bark.", "Note: Rex is a dog. "], "premises-FOL": ["x"], "label": "True", "source": "hyb"}
    {"premises": ["All dogs bark."], "premises-FOL": [], "conclusion": "Rex barks.", "conclusion-FOL": "x", "label": "Uncertain"}
    """;
  }

  /** Returns lines of CLUTRR-SG, with the people of the answer in either order. */
  static String clutrrSg() {
    return """
    <STORY> ent_4 is the son of ent_1 . ent_4 has a sister named ent_2 . ent_2 is ent_9 's mother . <QUERY> How are ent_1 and ent_9 related ? <PROOF> since ent_4 is .. <ANSWER> ent_1 is the grandfather of ent_9 .
    <STORY> ent_4 is the son of ent_1 . ent_2 is ent_9 's mother . <QUERY> How are ent_1 and ent_9 related ? <PROOF> x <ANSWER> ent_9 has a grandfather who is ent_1 .
    """;
  }

  /** Returns a study with each of its parts. */
  static String study() {
    return """
    question: Do the facts belong into the prompt?
    words: [experiment=quickstart, data.train_tasks=64]
    runs:
      weights: ['seed=1,2']
      prompt: [method=in_context]
    examinations:
      more: [data.distractors=4]
    search:
      words: ['learning_rate=0.001,0.003']
      runs: [prompt]
      with: [max_steps=15]
    sizes:
      quick: {words: [max_steps=10], seeds: [42]}
      full: {seeds: [42, 43]}
    pictures:
      facts:
        metric: acc_scored
        x: examination
        line: run
        see: The higher line is better.
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
