package org.reckoning.trainer.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class MeanIntervalTest {
  /** Darwin's differences in the heights of 15 pairs of plants, as in Fisher (1935), section 17. */
  private static final List<Double> DARWIN =
      List.of(49., -67., 8., 16., 6., 23., 28., 41., 14., 29., 56., 24., 75., 60., -48.);

  /** Fisher has mean 20.93, standard error 9.746 and the 5 % point of t, 2.145. */
  @Test
  void student_ofDarwinsPlants_isThatOfFisher() {
    MeanInterval interval = MeanInterval.student(DARWIN);

    assertThat(interval.mean()).isCloseTo(20.93, within(0.005));
    assertThat(interval.high() - interval.mean()).isCloseTo(2.145 * 9.746, within(0.01));
    assertThat(interval.mean() - interval.low()).isCloseTo(2.145 * 9.746, within(0.01));
  }

  @Test
  void ofShare_endsAtZeroAndOne() {
    MeanInterval interval = MeanInterval.student(List.of(0.0, 1.0)).ofShare();

    assertThat(interval).isEqualTo(new MeanInterval(0.5, 0, 1));
  }

  @Test
  void student_ofOneValue_isRefused() {
    assertThatThrownBy(() -> MeanInterval.student(List.of(0.5)))
        .hasMessage("values (1) must be at least 2");
  }
}
