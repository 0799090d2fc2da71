package org.reckoning.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.reckoning.cli.Reckoning;

/** Tests {@code reckoning serve} in a separate process. */
class ServeIT {
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  @TempDir Path directory;

  @Test
  void serve_afterSigterm_answersWhatHasArrived_andEndsWith143() throws Exception {
    Path model = directory.resolve("random");
    assertThat(
            Reckoning.commandLine()
                .execute(
                    "model",
                    "init",
                    "--layers=1",
                    "--heads=2",
                    "--width=8",
                    "--positions=64",
                    "--to=" + model))
        .isZero();
    Path log = directory.resolve("log");
    Process server =
        ShortProcess.of(List.of(), "serve", List.of("--model=" + model, "--port=0", "--steps=1"))
            .redirectError(log.toFile())
            .start();
    try (BufferedReader out =
        new BufferedReader(
            new InputStreamReader(server.getInputStream(), StandardCharsets.UTF_8))) {
      String line = String.valueOf(out.readLine());
      assertThat(line).as(Files.readString(log)).startsWith("serving version 1 of 'random' at ");
      URI address = URI.create(line.substring(line.indexOf("http")));
      CompletableFuture<HttpResponse<String>> asked =
          HTTP.sendAsync(
              request(address, "/v1/models/random:predict")
                  .POST(
                      BodyPublishers.ofString(
                          "{\"signature_name\":\"ask\",\"inputs\":{\"facts\":[\"Tom is tall\"],\"questions\":[\"Who is Tom\"]}}"))
                  .build(),
              BodyHandlers.ofString());
      while (!asked.isDone() && !metrics(address).contains("requests_in_progress 2\n")) {
        Thread.sleep(10); // the model and the metrics
      }
      server.destroy();
      HttpResponse<String> answer = asked.get(60, TimeUnit.SECONDS);
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.body()).contains("\"answers\":[", "\"inner_losses\":[");
      assertThat(server.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(server.exitValue()).isEqualTo(143);
      assertThat(Files.readString(log))
          .containsOnlyOnce("for production use TensorFlow Serving")
          .contains("stops; answers the requests that have arrived")
          .doesNotContain("Exception", "SLF4J", "netty");
    } finally {
      server.destroyForcibly();
    }
  }

  private static String metrics(URI address) throws Exception {
    return HTTP.send(request(address, "/metrics").build(), BodyHandlers.ofString()).body();
  }

  private static HttpRequest.Builder request(URI address, String path) {
    return HttpRequest.newBuilder(address.resolve(path)).timeout(Duration.ofSeconds(60));
  }
}
