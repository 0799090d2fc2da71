package org.reckoning.trainer.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TextTableTest {
  @Test
  void lines_alignTheFirstColumnLeftAndOthersRight() {
    TextTable table = new TextTable().row("segment", "calls").row("inner_step", "12").row("outer");

    assertThat(table.lines())
        .containsExactly("  segment     calls", "  inner_step     12", "  outer");
  }

  @Test
  void lines_withOtherLeftColumns_alignThese() {
    TextTable table = TextTable.withLeft(0, 2).row("a", "1", "x y").row("bb", "22", "z");

    assertThat(table.lines()).containsExactly("  a    1  x y", "  bb  22  z");
  }

  @Test
  void markdown_hasARuleUnderTheHeading_escapesBars_andFillsShortRows() {
    TextTable table = new TextTable().row("program", "step, s").row("a|b");

    assertThat(table.markdown())
        .containsExactly("| program | step, s |", "| --- | --- |", "| a\\|b |  |");
  }
}
