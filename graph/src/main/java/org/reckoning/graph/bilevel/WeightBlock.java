package org.reckoning.graph.bilevel;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.reckoning.graph.xla.Tensors;

/**
 * Neighbouring weights that belong to one block of the model, {@code h.3}, or to none. In a block
 * they go by local names, {@code attn.c_attn.weight}, so that blocks of one form look alike.
 *
 * @param scope {@code h.3}, or the first weight of those outside of blocks
 * @param first index of its first weight among all adapted ones
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

  /**
   * Returns the tensors of this block under local names.
   *
   * @param all tensors PATH/NAME or PATH/SLOT/NAME
   */
  Tensors local(Tensors all, String... paths) {
    return renamed(all, localNames, paths);
  }

  /** Returns tensors of this block under the names of the weights. */
  Tensors global(Tensors local, String... paths) {
    Map<String, String> names = new LinkedHashMap<>();
    localNames.forEach((name, localName) -> names.put(localName, name));
    return renamed(local, names, paths);
  }

  private static Tensors renamed(Tensors tensors, Map<String, String> names, String... paths) {
    Tensors renamed = new Tensors();
    for (String path : paths) {
      for (String full : tensors.names()) {
        int slash = full.lastIndexOf('/');
        String other = full.startsWith(path + "/") ? names.get(full.substring(slash + 1)) : null;
        if (other != null) {
          renamed.put(full.substring(0, slash + 1) + other, tensors.get(full));
        }
      }
    }
    return renamed;
  }
}
