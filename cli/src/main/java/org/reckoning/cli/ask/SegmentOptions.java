package org.reckoning.cli.ask;

import org.jspecify.annotations.Nullable;
import org.reckoning.trainer.answering.SegmentSettings;
import picocli.CommandLine.Option;

/** Options of the pieces into which long facts are cut. */
final class SegmentOptions {
  @Option(
      names = "--segment-tokens",
      paramLabel = "N",
      description =
          "Cut facts longer than N tokens into pieces, at sentence ends if possible (default:"
              + " that of the run; without one, 256 with --facts-as text).")
  private @Nullable Integer tokens;

  @Option(
      names = "--segment-overlap",
      paramLabel = "N",
      description =
          "Tokens that a piece repeats from the piece before (default: that of the run, else 0).")
  private @Nullable Integer overlap;

  /**
   * Returns the settings.
   *
   * @param always whether facts are cut even if no length is given
   */
  SegmentSettings settings(boolean always) {
    return new SegmentSettings(tokens, overlap, always);
  }
}
