package org.reckoning.graph.inspect;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.reckoning.graph.bilevel.BilevelProgram;
import org.tensorflow.types.TFloat32;

/**
 * Prints what is in a program: {@code InspectMain model=small k=4 optimizer=adamw}. The keys are
 * those of {@link ProgramSettings}. No weights are made and nothing is compiled.
 */
public final class InspectMain {
  private static final int USER_ERROR = 2;

  private InspectMain() {}

  /**
   * Prints the report and ends the process, with exit code 2 if the arguments cannot be used here.
   */
  public static void main(String[] args) {
    PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    int code = run(List.of(args), out, System.err);
    out.flush();
    System.exit(code);
  }

  static int run(List<String> args, PrintStream out, PrintStream err) {
    ProgramSettings settings;
    BilevelProgram<TFloat32> built;
    try {
      settings = ProgramSettings.parse(args);
      built = BilevelProgram.build(settings.config(), TFloat32.class);
    } catch (IllegalArgumentException | IllegalStateException e) {
      err.println(e.getMessage());
      return USER_ERROR;
    }
    try (BilevelProgram<TFloat32> program = built) {
      out.print(ReportTable.print(ProgramReport.of(program, settings.shape())));
    }
    return 0;
  }
}
