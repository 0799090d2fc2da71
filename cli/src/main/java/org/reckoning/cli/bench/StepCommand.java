package org.reckoning.cli.bench;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.reckoning.graph.inspect.ProgramSettings;

/**
 * Measures training steps next to the machine's matrix-product peak and prints a Markdown table:
 * {@code BenchmarkMain model=small k=1,2,4,8 mode=exact,first_order xla=segments,off steps=5}. The
 * keys are those of {@link BenchmarkSettings}.
 *
 * <p>Every row is measured in a process of its own, as the peak memory of a process never falls.
 */
public final class BenchmarkMain {
  private static final int USER_ERROR = 2;

  private BenchmarkMain() {}

  /** Prints the table and ends the process, with exit code 2 if the arguments cannot be used. */
  public static void main(String[] args) {
    ProcessStart.prepare(args);
    PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    int code = run(List.of(args), out, System.err);
    out.flush();
    System.exit(code);
  }

  static int run(List<String> args, PrintStream out, PrintStream err) {
    BenchmarkSettings settings;
    try {
      settings = BenchmarkSettings.parse(args);
    } catch (IllegalArgumentException e) {
      err.println(e.getMessage());
      return USER_ERROR;
    }
    BenchmarkTable table = new BenchmarkTable(settings);
    ChildJvm child = new ChildJvm(settings.limitSeconds());
    List<String> peakSize = List.of(Integer.toString(settings.peakSize()));

    err.println("machine and matrix-product peak");
    table.start(child.run(MachineMain.class.getName(), peakSize));
    List<ProgramSettings> programs = settings.programs();
    for (int i = 0; i < programs.size(); i++) {
      List<String> words = new ArrayList<>(settings.words(i));
      err.printf("row %d of %d: %s%n", i + 1, programs.size(), String.join(" ", words));
      ChildJvm.Outcome outcome = child.run(RowMain.class.getName(), words);
      if (!outcome.failure().isEmpty()) {
        err.println("  failed: " + outcome.failure());
      }
      table.row(programs.get(i), outcome);
    }
    err.println("matrix-product peak again");
    table.end(child.run(MachineMain.class.getName(), peakSize));
    out.print(table.print());
    return 0;
  }
}
