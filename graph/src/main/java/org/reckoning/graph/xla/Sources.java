package org.reckoning.graph.xla;

/**
 * The sources of a node in the definition of a function: {@code node:output:index} for a tensor of
 * a node, {@code argument} for an argument, {@code ^node} for a node that must run before.
 */
final class Sources {
  private Sources() {}

  /** Returns whether a source is a node that must run before, whose values are not read. */
  static boolean isControl(String source) {
    return source.startsWith("^");
  }

  /** Returns the name of the node or argument. */
  static String node(String source) {
    int colon = source.indexOf(':');
    int end = colon < 0 ? source.length() : colon;
    return source.substring(isControl(source) ? 1 : 0, end);
  }

  /** Returns the same source of another node. */
  static String withNode(String source, String node) {
    int colon = source.indexOf(':');
    String output = colon < 0 ? "" : source.substring(colon);
    return (isControl(source) ? "^" : "") + node + output;
  }
}
