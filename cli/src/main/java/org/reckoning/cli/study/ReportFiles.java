package org.reckoning.cli.study;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.reckoning.trainer.files.DurableFiles;
import org.reckoning.trainer.files.JsonRecord;

/** Writes a report: {@code report.json}, {@code report.md} and a picture for each table. */
final class ReportFiles {
  private ReportFiles() {}

  /** Writes the files; replaces those of an earlier report. */
  static void write(Path directory, StudyReport report) throws IOException {
    Map<String, Optional<byte[]>> pngs = new LinkedHashMap<>();
    report.pictures().forEach((name, picture) -> pngs.put(name, StudyChart.png(picture)));
    report
        .timings()
        .forEach(
            (name, timing) ->
                pngs.put(name, Optional.ofNullable(timing.times()).flatMap(StudyChart::png)));
    Set<String> drawn = new LinkedHashSet<>();
    for (Map.Entry<String, Optional<byte[]>> each : pngs.entrySet()) {
      Optional<byte[]> png = each.getValue();
      if (png.isPresent()) {
        DurableFiles.write(directory.resolve(each.getKey() + ".png"), png.get());
        drawn.add(each.getKey());
      }
    }
    JsonRecord.write(directory.resolve("report.json"), report);
    DurableFiles.write(directory.resolve("report.md"), new ReportText(report, drawn).markdown());
  }
}
