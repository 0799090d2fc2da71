package org.reckoning.trainer.server;

import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.reckoning.trainer.files.Json;

/**
 * An answer to a request.
 *
 * @param headers besides those of every answer
 */
@SuppressWarnings("ArrayRecordComponent") // read only
record HttpAnswer(HttpResponseStatus status, Map<String, String> headers, byte[] body) {
  private static final String JSON = "application/json";

  /** Returns an answer with text. */
  static HttpAnswer of(HttpResponseStatus status, String type, String text) {
    return new HttpAnswer(
        status, Map.of("Content-Type", type), text.getBytes(StandardCharsets.UTF_8));
  }

  /** Returns an answer with a JSON object. */
  static HttpAnswer json(String object) {
    return of(HttpResponseStatus.OK, JSON, object);
  }

  /** Returns an error, one sentence. */
  static HttpAnswer error(HttpResponseStatus status, String sentence) {
    return of(status, JSON, Json.PLAIN.createObjectNode().put("error", sentence).toString());
  }

  /** Returns status 503 with Retry-After: the server is overloaded or stopping. */
  static HttpAnswer unavailable(String sentence) {
    return error(HttpResponseStatus.SERVICE_UNAVAILABLE, sentence).with("Retry-After", "1");
  }

  /** Returns the answer with another header. */
  HttpAnswer with(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new HttpAnswer(status, more, body);
  }
}
