package org.reckoning.trainer.config;

/** Form of the files that tasks are read from. */
public enum DataFormat {
  /** JSON lines in the form of the reference implementation. */
  RECORDS,
  /** Theories of the official ProofWriter, with proofs. */
  PROOFWRITER,
  /** Files of the official RuleTaker. */
  RULETAKER,
  /** Tables of the official CLUTRR. */
  CLUTRR_CSV
}
