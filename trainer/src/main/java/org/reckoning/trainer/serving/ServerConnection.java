package org.reckoning.trainer.serving;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.MalformedURLException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.URL;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.zip.GZIPInputStream;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests to a server, and reads answers of any status within a timeout. It follows
 * redirects, and waits for a busy server that says when to retry.
 *
 * <p>It uses {@link HttpURLConnection}: {@code java.net.http} refuses host names with an
 * underscore, as Docker Compose makes them.
 */
final class ServerConnection {
  private static final int LARGEST_ANSWER = 1 << 26;
  private static final int BUFFER = 1 << 16;
  private static final int MOST_REDIRECTS = 5;
  private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
  private static final Set<Integer> KEEP_THE_BODY = Set.of(307, 308);
  private static final Set<Integer> BUSY = Set.of(429, 503);
  private static final int FIRST_ERROR = 400;

  /** Number of characters of an address in messages. */
  private static final int ADDRESS = 200;

  /** Threads of requests. Daemons: a silent server must not keep the process alive. */
  private static final ExecutorService THREADS =
      Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task, "server-connection");
            thread.setDaemon(true);
            return thread;
          });

  private final ServerAddress server;
  private final Duration timeout;

  /**
   * Answer of a server.
   *
   * @param from address after redirects
   * @param location header of a redirect
   * @param retryAfter header of a busy server
   */
  @SuppressWarnings("ArrayRecordComponent") // read only
  record Answer(
      URL from, int status, byte[] body, @Nullable String location, @Nullable String retryAfter) {}

  /** A failure with a complete message. */
  private static final class RefusedException extends IOException {
    private static final long serialVersionUID = 1;

    RefusedException(String message) {
      super(message);
    }
  }

  ServerConnection(ServerAddress server, Duration timeout) {
    this.server = server;
    this.timeout = timeout;
  }

  /**
   * Sends a request.
   *
   * @param path at the server
   * @param body JSON of a POST; null for a GET
   * @throws IOException with one sentence if no complete answer arrives in time
   */
  Answer send(String path, @Nullable String body) throws IOException {
    long deadline = System.nanoTime() + timeout.toNanos();
    URL url = server.url(path);
    int redirects = 0;
    while (true) {
      Answer answer = exchange(url, body, deadline);
      Optional<Duration> wait =
          BUSY.contains(answer.status())
              ? RetryAfter.of(answer.retryAfter(), Instant.now())
              : Optional.empty();
      if (wait.isPresent()) {
        pause(answer.status(), wait.get(), deadline);
      } else if (REDIRECTS.contains(answer.status())) {
        redirects++;
        url = redirected(answer, body != null, redirects);
      } else {
        return answer;
      }
    }
  }

  private URL redirected(Answer answer, boolean posted, int count) throws IOException {
    String location = Objects.requireNonNullElse(answer.location(), "");
    @Nullable URL target;
    try {
      target = new URL(answer.from(), location);
    } catch (MalformedURLException e) {
      target = null;
    }
    String wrong = null;
    if (target == null || location.isBlank() || !target.getProtocol().matches("https?")) {
      wrong = "must redirect to an address of http or https";
    } else if (count > MOST_REDIRECTS) {
      wrong = "must not redirect more than %d times".formatted(MOST_REDIRECTS);
    } else if (posted && !KEEP_THE_BODY.contains(answer.status())) {
      wrong = "must redirect without loss of the request's body: name the new address";
    } else if (answer.from().getProtocol().equals("https") && target.getProtocol().equals("http")) {
      wrong =
          "must not redirect from https to http, which is not encrypted: name the new address to allow it";
    }
    if (wrong != null || target == null) {
      String shown = ServerAddress.withoutUser(location).replaceFirst("[?#].*", "");
      throw new IOException(
          "server (%s) %s (status %d, to '%s')"
              .formatted(
                  server,
                  wrong,
                  answer.status(),
                  server.hideSecrets(ServerJson.shortened(shown, ADDRESS))));
    }
    // without the user of the location
    return new URL(target.getProtocol(), target.getHost(), target.getPort(), target.getFile());
  }

  private void pause(int status, Duration wait, long deadline) throws IOException {
    if (wait.toNanos() >= deadline - System.nanoTime()) {
      throw new IOException(
          "server (%s) is busy (status %d) and asks to retry in %s s, but the timeout is %s s: retry later, or raise the timeout"
              .formatted(server, status, seconds(wait), seconds(timeout)));
    }
    try {
      TimeUnit.NANOSECONDS.sleep(wait.toNanos());
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private Answer exchange(URL url, @Nullable String body, long deadline) throws IOException {
    HttpURLConnection connection = (HttpURLConnection) url.openConnection();
    Future<Answer> answer = THREADS.submit(() -> answer(connection, body, deadline));
    try {
      return answer.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      THREADS.execute(connection::disconnect); // may wait for the reading thread
      throw late(e);
    } catch (InterruptedException e) {
      THREADS.execute(connection::disconnect);
      throw interrupted(e);
    } catch (ExecutionException e) {
      throw problem(url, Objects.requireNonNull(e.getCause()));
    }
  }

  private Answer answer(HttpURLConnection connection, @Nullable String body, long deadline)
      throws IOException {
    boolean whole = false;
    try {
      connection.setInstanceFollowRedirects(false);
      connection.setUseCaches(false);
      connection.setConnectTimeout(millisecondsLeft(deadline));
      connection.setReadTimeout(millisecondsLeft(deadline));
      connection.setRequestProperty("Accept", "application/json");
      if (server.authorization() != null && server.isOriginOf(connection.getURL())) {
        connection.setRequestProperty("Authorization", server.authorization());
      }
      if (body != null) {
        connection.setDoOutput(true);
        connection.setRequestProperty("Content-Type", "application/json");
        try (OutputStream out = connection.getOutputStream()) {
          out.write(body.getBytes(StandardCharsets.UTF_8));
        }
      }
      int status = connection.getResponseCode();
      if (status < 0) {
        throw new RefusedException(
            "server (%s) must speak HTTP but does not: give the port of the REST API, often 8501"
                .formatted(server));
      }
      byte[] bytes = body(connection, status, deadline);
      whole = true;
      return new Answer(
          connection.getURL(),
          status,
          bytes,
          connection.getHeaderField("Location"),
          connection.getHeaderField("Retry-After"));
    } finally {
      if (!whole) {
        connection.disconnect();
      }
    }
  }

  private byte[] body(HttpURLConnection connection, int status, long deadline) throws IOException {
    InputStream raw =
        status >= FIRST_ERROR ? connection.getErrorStream() : connection.getInputStream();
    if (raw == null) {
      return new byte[0];
    }
    String encoding = Objects.requireNonNullElse(connection.getContentEncoding(), "identity");
    boolean zipped = encoding.matches("(?i)(x-)?gzip");
    if (!zipped && !encoding.equalsIgnoreCase("identity")) {
      throw new RefusedException(
          "server (%s) must answer in plain text or gzip, but answers in '%s'"
              .formatted(server, ServerJson.shortened(encoding)));
    }
    try (InputStream in = zipped ? new GZIPInputStream(raw) : raw) {
      byte[] bytes = limited(in, deadline);
      if (!zipped && bytes.length < connection.getContentLengthLong()) {
        throw new RefusedException(
            "server (%s) closed the connection after %d of %d bytes; see its log, or try again"
                .formatted(server, bytes.length, connection.getContentLengthLong()));
      }
      return bytes;
    }
  }

  private byte[] limited(InputStream in, long deadline) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    byte[] buffer = new byte[BUFFER];
    for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
      bytes.write(buffer, 0, read);
      if (bytes.size() > LARGEST_ANSWER) {
        throw new RefusedException(
            "server (%s) must answer with at most %d bytes, but answers with more: it must be TensorFlow Serving"
                .formatted(server, LARGEST_ANSWER));
      }
      if (System.nanoTime() > deadline) {
        throw new SocketTimeoutException();
      }
    }
    return bytes.toByteArray();
  }

  private IOException problem(URL url, Throwable cause) {
    if (cause instanceof RefusedException refused) {
      return refused;
    }
    if (cause instanceof Error error) {
      throw error;
    }
    if (cause instanceof SocketTimeoutException) {
      return late(cause);
    }
    String sentence =
        "closed the connection before the answer was complete; see its log, or try again";
    if (cause instanceof UnknownHostException) {
      sentence =
          "cannot be reached, as host '%s' is unknown: start it, or correct the address"
              .formatted(url.getHost());
    } else if (cause instanceof ConnectException || cause instanceof NoRouteToHostException) {
      sentence = "cannot be reached: start it, or correct the address";
    } else if (cause instanceof SSLHandshakeException) {
      sentence =
          "cannot be trusted: its certificate must be for '%s', from an authority in Java's trust store"
              .formatted(url.getHost());
    } else if (cause instanceof SSLException) {
      sentence = "must speak https but does not: correct the port, or use http://";
    }
    return new IOException("server (%s) %s".formatted(server, sentence), cause);
  }

  private IOException late(Throwable cause) {
    return new IOException(
        "server (%s) did not answer within %s s: raise the timeout, or see its log"
            .formatted(server, seconds(timeout)),
        cause);
  }

  private IOException interrupted(InterruptedException cause) {
    Thread.currentThread().interrupt();
    return new IOException("interrupted during a request to server (%s)".formatted(server), cause);
  }

  private static int millisecondsLeft(long deadline) {
    long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
    return (int) Math.max(1, Math.min(left, Integer.MAX_VALUE)); // 0 would be no timeout
  }

  private static double seconds(Duration time) {
    return time.toMillis() / 1000.0;
  }
}
