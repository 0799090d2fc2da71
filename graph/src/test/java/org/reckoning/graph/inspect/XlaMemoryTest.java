package org.reckoning.graph.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class XlaMemoryTest {

  @Test
  void parse_sumsUpTheAllocationsOfEachKind() {
    String text =
        """
        BufferAssignment:
        allocation 0: size 4096, maybe-live-out:
         value: <1544 fusion.26 @0> (size=1024,offset=0): f64[1,128]{1,0}
        allocation 1: size 64, parameter 3, shape |f32[16]| at ShapeIndex {}, maybe-live-out:
        allocation 2: size 32, parameter 0, shape |s32[8]| at ShapeIndex {}:
        allocation 3: size 16, output shape is |(f32[16], f32[])|, maybe-live-out:
        allocation 4: size 8, constant:
        allocation 5: size 4, thread-local:
        allocation 6: size 1000, preallocated-temp:

        Total bytes used: 5220 (5.1KiB)
        """;

    assertThat(XlaMemory.parse("inner_step_8ef87e52edad", text))
        .hasValue(new XlaMemory("inner_step_8ef87e52edad", 5220, 96, 4112, 1004, 8));
  }

  @Test
  void parse_withoutSum_findsNothing() {
    assertThat(XlaMemory.parse("outer_ad79f2916ea2", "BufferAssignment:\n")).isEmpty();
  }
}
