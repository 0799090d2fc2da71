package org.reckoning.trainer.server;

import io.netty.handler.codec.http.HttpResponseStatus;
import org.jspecify.annotations.Nullable;

/** A request that is refused, with one sentence for its client. */
final class RefusedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int status;

  RefusedException(HttpResponseStatus status, String sentence) {
    this(status, sentence, null);
  }

  RefusedException(HttpResponseStatus status, String sentence, @Nullable Throwable cause) {
    super(sentence, cause);
    this.status = status.code();
  }

  /** A body over the limit. */
  static RefusedException tooLarge(int most) {
    return new RefusedException(
        HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE,
        "body must be at most %d bytes".formatted(most));
  }

  HttpAnswer answer() {
    return HttpAnswer.error(HttpResponseStatus.valueOf(status), String.valueOf(getMessage()));
  }
}
