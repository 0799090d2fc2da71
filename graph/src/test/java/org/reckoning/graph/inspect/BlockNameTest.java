package org.reckoning.graph.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BlockNameTest {

  @ParameterizedTest
  @CsvSource({
    "weights/h.0.mlp.c_fc.bias/VarHandleOp, weights",
    "train/theta_0/ExpandDims_3,            theta_0",
    "bucket_2/train/inner_1/Add,            inner_1/rest",
    "train/group_1/theta_0/ExpandDims,      group_1/theta_0",
    "bucket_0/feeds/facts.tokens,           feeds/facts",
    "train/all_12/AddN,                     all",
    "train/Stack,                           Stack",
    "outer_rate.weights,                    outer_rate.weights",
  })
  void inGraph_isTheFirstWord(String name, String block) {
    assertThat(BlockName.inGraph(name)).isEqualTo(block);
  }

  @ParameterizedTest
  @CsvSource({
    "facts/h.0/mlp/gelu/Tanh,                          facts/h.0/mlp",
    "facts/h.11/Add_1,                                 facts/h.11",
    "facts/h.0/ln_1/Mean,                              facts/h.0/ln_1",
    "facts/loss/lm_head/BatchMatMul,                   facts/loss",
    "facts/embed_1/GatherV2,                           facts/embed",
    "facts/Cast,                                       facts",
    "hessian/gradient/facts/h.0/attn/Mul,              hessian/gradient/facts/h.0/attn",
    "gradient/Fill,                                    gradient",
    "update_4/h.0.attn.c_attn.weight/Mul,              update",
    "update/ln_f.bias/pullback/update/ln_f.bias/Sub,   update",
    "h.0.attn.c_attn.weight/Sqrt,                      h.0",
    "wte.weight/Sqrt,                                  wte",
    "clip_rates/Maximum,                               clip_rates",
    "Add_2,                                            rest",
  })
  void inSegment_isTheModuleOfThePhase(String name, String block) {
    Set<String> scopes = Set.of("facts", "gradient", "hessian", "update", "clip_rates");

    assertThat(BlockName.inSegment(name, scopes)).isEqualTo(block);
  }
}
