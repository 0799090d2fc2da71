package org.reckoning.graph.inspect;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Maps the names of nodes to blocks of {@link BlockGraph}. */
final class BlockName {
  /** Scopes that contain a repetition of the forward pass. */
  private static final Set<String> PHASES = Set.of("gradient", "hessian");

  private static final Pattern LAYER = Pattern.compile("h\\.\\d+");
  private static final Pattern NUMBERED = Pattern.compile("(.*)_\\d+");

  /**
   * Pattern of scopes with the name of a weight: {@code h.0.attn.c_attn.weight} belongs to {@code
   * h.0}.
   */
  private static final Pattern WEIGHT = Pattern.compile("(h\\.\\d+|wte|wpe|ln_f)\\..*");

  private BlockName() {}

  /**
   * Returns the block of a node of the static graph: {@code train/theta_0/ExpandDims_3} belongs to
   * {@code theta_0}.
   */
  static String inGraph(String name) {
    List<String> path = path(inStep(name));
    String group = path.get(0).matches("group_\\d+") ? path.remove(0) + "/" : "";
    String first = path.get(0).replaceFirst("^all_\\d+$", "all"); // results of all groups
    if (path.size() == 1) {
      return group + first;
    }
    if (first.matches("(inner|pullback)_\\d+")) {
      return group + first + "/rest"; // outside the calls
    }
    if (first.equals("feeds")) {
      return group + first + "/" + path.get(1).replaceFirst("\\..*", "");
    }
    return group + first;
  }

  /**
   * Returns the scope of a function call: {@code train/inner_0/NODE} has the scope {@code
   * inner_0/}.
   */
  static String scopeOfCall(String name) {
    String inStep = inStep(name);
    return inStep.substring(0, inStep.lastIndexOf('/') + 1);
  }

  private static String inStep(String name) {
    return name.replaceFirst("^bucket_\\d+/", "").replaceFirst("^train/", "");
  }

  /**
   * Returns the block of a node of a segment. {@code gradient/facts/h.0/mlp/gelu/Mul_2} belongs to
   * {@code gradient/facts/h.0/mlp}, and {@code update_4/h.0.attn.c_attn.weight/Mul} to {@code
   * update}.
   *
   * @param scopes first path components of all names of the segment
   */
  static String inSegment(String name, Set<String> scopes) {
    List<String> path = path(name);
    path.remove(path.size() - 1); // the op itself
    if (path.isEmpty()) {
      return "rest";
    }
    List<String> block = new ArrayList<>();
    int i = 0;
    while (i < path.size() && PHASES.contains(path.get(i))) {
      block.add(path.get(i++));
    }
    if (i < path.size()) {
      String first = path.get(i);
      Matcher weight = WEIGHT.matcher(first);
      Matcher numbered = NUMBERED.matcher(first);
      if (weight.matches()) {
        first = weight.group(1);
      } else if (numbered.matches() && scopes.contains(numbered.group(1))) {
        first = numbered.group(1);
      }
      block.add(first);
      i++;
      if (!first.equals("update") && i < path.size()) {
        boolean layer = LAYER.matcher(path.get(i)).matches();
        block.add(path.get(i).replaceFirst("^(embed)_\\d+$", "$1"));
        if (layer && i + 1 < path.size()) {
          block.add(path.get(i + 1));
        }
      }
    }
    return String.join("/", block);
  }

  /**
   * Returns the group of an argument or result: {@code theta/h.0.ln_1.bias} belongs to {@code
   * theta}.
   */
  static String group(String name) {
    return path(name).get(0);
  }

  private static List<String> path(String name) {
    return new ArrayList<>(List.of(name.split("/", -1)));
  }
}
