package org.reckoning.trainer.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Bounds of a key's number, or of the numbers in its list. An infinite bound is no bound. */
@Target(ElementType.RECORD_COMPONENT)
@Retention(RetentionPolicy.RUNTIME)
@interface Range {
  /** Smallest number allowed. */
  double atLeast() default Double.NEGATIVE_INFINITY;

  /** Largest number that is too small. */
  double above() default Double.NEGATIVE_INFINITY;

  /** Largest number allowed. */
  double atMost() default Double.POSITIVE_INFINITY;

  /** Smallest number that is too large. */
  double below() default Double.POSITIVE_INFINITY;
}
