package org.reckoning.cli.process;

import java.nio.file.Path;
import org.reckoning.trainer.text.ShellWord;

/** The command that trains planned runs as an array of Slurm's tasks. */
public final class SlurmArray {
  private SlurmArray() {}

  /**
   * Returns the command.
   *
   * @param parent directory of the runs, which are called by their numbers
   * @param first number
   * @param last number
   */
  public static String command(Path parent, int first, int last) {
    String resume = ShellWord.quoted("resume=" + parent + "/");
    // Slurm's shell replaces the variable, so it stands outside the quotes of the path.
    String each = "./reckoning train " + resume + "$SLURM_ARRAY_TASK_ID";
    return "sbatch --array=%d-%d --wrap %s".formatted(first, last, ShellWord.quoted(each));
  }
}
