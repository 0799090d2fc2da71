package org.reckoning.trainer.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.reckoning.trainer.config.RunConfig.Schedule;

class OuterScheduleTest {
  @Test
  void linear_risesInEqualStepsAndFallsToTheLastUpdate() {
    OuterSchedule schedule = new OuterSchedule(Schedule.LINEAR, 10, 0.2);
    double[] factors = LongStream.rangeClosed(1, 10).mapToDouble(schedule::factor).toArray();

    assertThat(factors[0]).isEqualTo(0.5);
    assertThat(factors[1]).isEqualTo(1);
    for (int i = 2; i < 10; i++) {
      assertThat(factors[i] - factors[i - 1]).isCloseTo(-1 / 9.0, within(1e-12));
    }
    assertThat(factors[9]).as("the last update").isCloseTo(1 / 9.0, within(1e-12));
  }

  @Test
  void cosine_isHalfwayDownInTheMiddle() {
    OuterSchedule schedule = new OuterSchedule(Schedule.COSINE, 20, 0);

    assertThat(schedule.factor(11)).isCloseTo(0.5, within(1e-12));
    assertThat(schedule.factor(20)).isPositive().isLessThan(0.05);
  }

  @Test
  void constant_afterWarmUp_isOne() {
    OuterSchedule schedule = new OuterSchedule(Schedule.CONSTANT, 100, 0.06);

    assertThat(schedule.factor(3)).isEqualTo(0.5);
    assertThat(schedule.factor(6)).isEqualTo(1);
    assertThat(schedule.factor(100)).isEqualTo(1);
  }

  @Test
  void trapezoid_isConstant_andFallsInTheLastFifth() {
    OuterSchedule schedule = new OuterSchedule(Schedule.TRAPEZOID, 100, 0.06);

    assertThat(schedule.factor(3)).isEqualTo(0.5);
    assertThat(schedule.factor(6)).isEqualTo(1);
    assertThat(schedule.factor(81)).isEqualTo(1);
    assertThat(schedule.factor(91)).isCloseTo(0.5, within(1e-12));
    assertThat(schedule.factor(100)).isCloseTo(0.05, within(1e-12));
  }

  @ParameterizedTest
  @EnumSource(Schedule.class)
  void factor_ofASingleUpdate_isOne(Schedule kind) {
    assertThat(new OuterSchedule(kind, 1, 0.06).factor(1)).isEqualTo(1);
  }
}
