package org.reckoning.cli.bench;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code reckoning bench}: {@link BenchmarkMain} under another name. */
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    description = "Measure training steps and print them as a Markdown table.",
    footer = {
      "",
      "Keys, with their defaults; each but adapt, steps, peak_size and limit_seconds may be a list:",
      "  model=small k=4 tasks=1 facts=4 fact_tokens=32 questions=1 question_tokens=32",
      "  optimizer=sgd mode=exact adapt=all xla=segments",
      "  steps=5 peak_size=2048 limit_seconds=1800",
      "",
      "Examples:",
      "  reckoning bench model=tiny k=1,2,4,8 steps=20",
      "  reckoning bench model=small mode=exact,first_order xla=segments,off"
    })
final class BenchCommand implements Callable<Integer> {
  @Parameters(paramLabel = "KEY=VALUE", arity = "0..*", description = "what is to be measured")
  private List<String> words = new ArrayList<>();

  @Override
  public Integer call() {
    PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    int code = BenchmarkMain.run(words, out, System.err);
    out.flush();
    return code;
  }
}
