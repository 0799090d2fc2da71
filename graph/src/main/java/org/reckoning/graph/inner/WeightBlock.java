package org.reckoning.graph.inner;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Consecutive weights of one block of the model, such as {@code h.3}, or outside all blocks. A
 * block has local names, such as {@code attn.c_attn.weight}, so blocks of one structure are equal.
 *
 * @param scope name of the block, such as {@code h.3}, or of the first weight outside blocks
 * @param first index of its first weight among all adapted weights
 * @param localNames local name by name, in order
 */
record WeightBlock(String scope, int first, Map<String, String> localNames) {
  private static final Pattern IN_BLOCK = Pattern.compile("(h\\.\\d+)\\.(.*)");

  WeightBlock {
    localNames = Collections.unmodifiableMap(new LinkedHashMap<>(localNames));
  }

  /** Splits weights into blocks, in order. */
  static List<WeightBlock> of(List<String> names) {
    List<WeightBlock> blocks = new ArrayList<>();
    Map<String, String> open = new LinkedHashMap<>();
    String openBlock = "";
    int first = 0;
    for (String name : names) {
      Matcher matcher = IN_BLOCK.matcher(name);
      boolean inside = matcher.matches();
      String block = inside ? matcher.group(1) : "";
      if (!block.equals(openBlock) && !open.isEmpty()) {
        blocks.add(closed(openBlock, first, open));
        first += open.size();
        open.clear();
      }
      openBlock = block;
      open.put(name, inside ? matcher.group(2) : name);
    }
    if (!open.isEmpty()) {
      blocks.add(closed(openBlock, first, open));
    }
    return blocks;
  }

  private static WeightBlock closed(String block, int first, Map<String, String> localNames) {
    String scope = block.isEmpty() ? localNames.keySet().iterator().next() : block;
    return new WeightBlock(scope, first, localNames);
  }

  /** Returns the values of this block under local names. */
  <V> Map<String, V> local(Map<String, V> all) {
    Map<String, V> local = new LinkedHashMap<>();
    all.forEach(
        (name, value) -> {
          String localName = localNames.get(name);
          if (localName != null) {
            local.put(localName, value);
          }
        });
    return local;
  }

  /** Adds the values of this block under the full names of the weights. */
  <V> void addTo(Map<String, V> all, Map<String, V> local) {
    localNames.forEach(
        (name, localName) ->
            all.put(name, Objects.requireNonNull(local.get(localName), localName)));
  }
}
