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
              + " data.segment_tokens of the run; with --facts-as text, else 256).")
  private @Nullable Integer tokens;

  @Option(
      names = "--segment-overlap",
      paramLabel = "N",
      description =
          "Tokens that a piece repeats from the piece before (default: data.segment_overlap of"
              + " the run, else 0).")
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
