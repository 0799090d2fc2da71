package org.reckoning.trainer.export;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.reckoning.graph.serving.ServingProgram;
import org.reckoning.trainer.server.ModelServer;
import org.reckoning.trainer.serving.ServingClient;
import org.reckoning.trainer.serving.ServingRequest;

/**
 * Several clients at once at a test server, each of which asks one problem after the other. As a
 * program it measures: {@code ServingLoad VERSION RUN CLIENTS SECONDS SIGNATURE}; the signature is
 * optional.
 */
final class ServingLoad {
  private static final int PROBLEMS = 100;
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  private ServingLoad() {}

  /**
   * What the clients saw.
   *
   * @param nanoseconds of each request, ascending
   * @param wrong answers that are not those of the same request alone
   * @param errors requests without an answer
   * @param memory kilobytes resident, second by second
   */
  record Seen(List<Long> nanoseconds, int wrong, int errors, List<Long> memory) {
    double milliseconds(double quantile) {
      return nanoseconds.get((int) (quantile * (nanoseconds.size() - 1))) / 1e6;
    }
  }

  /** What one client saw. */
  private record Own(List<Long> nanoseconds, int wrong, int errors) {}

  public static void main(String[] args) throws Exception {
    Path version = Path.of(args[0]);
    ExportedRun run = ExportedRun.open(Path.of(args[1]), System.out::println);
    List<ServingRequest> requests =
        run.test().stream()
            .limit(PROBLEMS)
            .map(
                task ->
                    request(args.length > 4 ? args[4] : "", ServingProblem.of(run.encoder(), task)))
            .toList();
    Seen seen = of(version, requests, Integer.parseInt(args[2]), Integer.parseInt(args[3]));
    int count = seen.nanoseconds().size();
    System.out.printf(
        "%d requests, %d wrong, %d errors, p50 %.1f ms, p95 %.1f ms, most %.1f ms%n",
        count,
        seen.wrong(),
        seen.errors(),
        seen.milliseconds(0.5),
        seen.milliseconds(0.95),
        seen.milliseconds(1));
    System.out.println(
        "resident MB, second by second: " + seen.memory().stream().map(kb -> kb / 1000).toList());
  }

  private static ServingRequest request(String signature, ServingProblem problem) {
    return switch (signature) {
      case ServingProgram.ASK -> problem.ask();
      case ServingProgram.CHOOSE -> problem.choose();
      case ServingProgram.SCORE -> problem.score();
      default -> problem.answer();
    };
  }

  static Seen of(Path version, List<ServingRequest> requests, int clients, int seconds)
      throws IOException, InterruptedException, ExecutionException {
    ExecutorService threads = Executors.newFixedThreadPool(clients);
    try (ModelServer server = ModelServer.start("model", version, 0)) {
      ServingClient client = new ServingClient(server.address(), "model", null, TIMEOUT);
      List<JsonNode> alone = new ArrayList<>();
      for (ServingRequest request : requests) {
        alone.add(client.predict(request));
      }
      long end = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
      List<Future<Own>> running = new ArrayList<>();
      for (int i = 0; i < clients; i++) {
        int first = i;
        running.add(threads.submit(() -> ask(client, requests, alone, first, end)));
      }
      List<Long> memory = new ArrayList<>();
      while (System.nanoTime() < end) {
        Thread.sleep(1000);
        memory.add(resident());
      }
      List<Long> all = new ArrayList<>();
      int wrong = 0;
      int errors = 0;
      for (Future<Own> each : running) {
        all.addAll(each.get().nanoseconds());
        wrong += each.get().wrong();
        errors += each.get().errors();
      }
      return new Seen(all.stream().sorted().toList(), wrong, errors, memory);
    } finally {
      threads.shutdownNow();
    }
  }

  private static Own ask(
      ServingClient client,
      List<ServingRequest> requests,
      List<JsonNode> alone,
      int first,
      long end) {
    List<Long> nanoseconds = new ArrayList<>();
    int wrong = 0;
    int errors = 0;
    for (int i = first; System.nanoTime() < end; i++) {
      int which = i % requests.size();
      long start = System.nanoTime();
      try {
        JsonNode answer = client.predict(requests.get(which));
        wrong += answer.equals(alone.get(which)) ? 0 : 1;
        nanoseconds.add(System.nanoTime() - start);
      } catch (IOException e) {
        errors++;
      }
    }
    return new Own(nanoseconds, wrong, errors);
  }

  /** Kilobytes of this process in memory; 0 where the system does not say. */
  private static long resident() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return 0;
    }
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElse(0);
  }
}
