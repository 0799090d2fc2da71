package org.reckoning.trainer.config;

/** Where the tasks come from. */
public enum DataSource {
  /** The generator of kinship problems. */
  KINSHIP,
  /** Files of the user. */
  FILES
}
