package org.reckoning.trainer.server;

import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.reckoning.trainer.serving.ServerJson;

/** Packs bodies of answers and unpacks bodies of requests. */
final class Gzip {
  /** Smaller bodies are not packed. */
  private static final int WORTH_PACKING = 1024;

  private Gzip() {}

  /** Packs an answer if its client accepts that and it is long enough. */
  static HttpAnswer packed(HttpAnswer answer, @Nullable String acceptEncoding) {
    if (acceptEncoding == null
        || answer.body().length < WORTH_PACKING
        || !acceptEncoding
            .toLowerCase(Locale.ROOT)
            .matches(".*\\bgzip\\b(?!\\s*;\\s*q=0(\\.0*)?\\s*(,|$)).*")) {
      return answer;
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream packing = new GZIPOutputStream(bytes)) {
      packing.write(answer.body());
    } catch (IOException e) { // never, in memory
      throw new UncheckedIOException(e);
    }
    return new HttpAnswer(answer.status(), answer.headers(), bytes.toByteArray())
        .with("Content-Encoding", "gzip");
  }

  /**
   * Unpacks a body.
   *
   * @param encoding value of {@code Content-Encoding}; null if there is none
   * @throws RefusedException if the encoding is unknown, the body is damaged, or too long
   */
  static byte[] unpacked(byte[] body, @Nullable String encoding, int most) {
    if (encoding == null || encoding.equalsIgnoreCase("identity")) {
      return body;
    }
    if (!encoding.equalsIgnoreCase("gzip") && !encoding.equalsIgnoreCase("x-gzip")) {
      throw new RefusedException(
          HttpResponseStatus.UNSUPPORTED_MEDIA_TYPE,
          "Content-Encoding (%s) must be gzip or identity"
              .formatted(ServerJson.shortened(encoding)));
    }
    byte[] unpacked;
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(body))) {
      unpacked = in.readNBytes(most + 1);
    } catch (IOException e) {
      throw new RefusedException(
          HttpResponseStatus.BAD_REQUEST,
          "body must be packed by gzip, as Content-Encoding says, but is not",
          e);
    }
    if (unpacked.length > most) {
      throw RefusedException.tooLarge(most);
    }
    return unpacked;
  }
}
