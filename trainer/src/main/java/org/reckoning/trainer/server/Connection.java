package org.reckoning.trainer.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.reckoning.trainer.serving.ServerJson;

/**
 * A connection: reads a request, answers it, and reads the next one. What cannot be answered is
 * refused with one sentence, and the connection ends.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a failed close or write ends the connection
final class Connection extends ChannelInboundHandlerAdapter {
  /** Stands for the signature of a request that asks no model. */
  private static final String OTHER = "<other>";

  /** Stands for the signature of a request that did not arrive as a whole. */
  private static final String MALFORMED = "<malformed>";

  /**
   * Time for a client to read a last answer. Closing earlier, with bytes left unread, could destroy
   * it on the way.
   */
  static final Duration LINGER = Duration.ofSeconds(5);

  private final Work work;
  private State state = State.READING;

  /** Whether bytes of the next request have come. */
  private boolean heard;

  private boolean answeredBefore;
  private boolean inputEnded;
  private @Nullable HttpRequest head;
  private ByteArrayOutputStream body = new ByteArrayOutputStream();
  private @Nullable Future<?> limit;

  private enum State {
    READING,
    ANSWERING,
    CLOSING
  }

  Connection(Work work) {
    this.work = work;
  }

  /** Notes that a request has begun. Sits in front of the decoder. */
  final class Ear extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object bytes) {
      heard = true;
      ctx.fireChannelRead(bytes);
    }
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    awaitRequest(ctx);
    ctx.fireChannelActive();
  }

  private void awaitRequest(ChannelHandlerContext ctx) {
    state = State.READING;
    heard = false;
    restrict(ctx, work.settings().patience(), () -> giveUp(ctx));
  }

  /** Sets the time limit of what the connection does now. */
  private void restrict(ChannelHandlerContext ctx, Duration time, Runnable after) {
    unrestrict();
    limit = ctx.executor().schedule(after, time.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void unrestrict() {
    if (limit != null) {
      limit.cancel(false);
      limit = null;
    }
  }

  private void giveUp(ChannelHandlerContext ctx) {
    if (!heard && answeredBefore) {
      ctx.close(); // an idle connection
      return;
    }
    refuse(
        ctx,
        HttpResponseStatus.REQUEST_TIMEOUT,
        "request must arrive within %s s but did not"
            .formatted(work.settings().patience().toSeconds()));
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    try {
      if (state == State.READING && message instanceof HttpRequest request) {
        begin(ctx, request);
      }
      if (state == State.READING && message instanceof HttpContent content) {
        add(ctx, content);
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private void begin(ChannelHandlerContext ctx, HttpRequest request) {
    DecoderResult decoded = request.decoderResult();
    if (decoded.isFailure()) {
      refuseHead(ctx, decoded.cause());
    } else if (!request.protocolVersion().equals(HttpVersion.HTTP_1_1)
        && !request.protocolVersion().equals(HttpVersion.HTTP_1_0)) {
      refuse(
          ctx,
          HttpResponseStatus.BAD_REQUEST,
          "version of HTTP (%s) must be HTTP/1.1 or HTTP/1.0"
              .formatted(ServerJson.shortened(request.protocolVersion().text())));
    } else if (HttpUtil.getContentLength(request, 0L) > work.settings().bodyBytes()) {
      refuse(ctx, RefusedException.tooLarge(work.settings().bodyBytes()));
    } else {
      head = request;
      if (HttpUtil.is100ContinueExpected(request)) {
        ctx.writeAndFlush(
            new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE, Unpooled.EMPTY_BUFFER));
      }
    }
  }

  private void refuseHead(ChannelHandlerContext ctx, Throwable cause) {
    if (cause instanceof TooLongHttpLineException) {
      refuse(
          ctx,
          HttpResponseStatus.REQUEST_URI_TOO_LONG,
          "first line of a request must be at most %d bytes".formatted(ModelServer.LINE_BYTES));
    } else if (cause instanceof TooLongHttpHeaderException) {
      refuse(
          ctx,
          HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
          "headers of a request must be at most %d bytes".formatted(ModelServer.HEADER_BYTES));
    } else {
      refuse(
          ctx,
          HttpResponseStatus.BAD_REQUEST,
          "request must be HTTP/1.1: a method, a path and the version in the first line, then valid headers");
    }
  }

  private void add(ChannelHandlerContext ctx, HttpContent content) {
    if (content.decoderResult().isFailure()) {
      refuse(
          ctx,
          HttpResponseStatus.BAD_REQUEST,
          "body must be as long as its headers say, but is not");
      return;
    }
    ByteBuf bytes = content.content();
    int most = work.settings().bodyBytes();
    if (bytes.readableBytes() > most - body.size()) {
      refuse(ctx, RefusedException.tooLarge(most));
    } else if (!work.reserve(bytes.readableBytes())) {
      refuse(ctx, HttpAnswer.unavailable("the server has too many requests; try again later"));
    } else {
      body.writeBytes(ByteBufUtil.getBytes(bytes));
      if (content instanceof LastHttpContent) {
        answer(ctx);
      }
    }
  }

  /** Answers a complete request. */
  private void answer(ChannelHandlerContext ctx) {
    HttpRequest request = head;
    if (request == null) {
      return;
    }
    state = State.ANSWERING;
    unrestrict();
    ctx.channel().config().setAutoRead(false); // the next request waits
    long start = System.nanoTime();
    if (!work.begin()) {
      refuse(ctx, HttpAnswer.unavailable("the server is stopping"));
      return;
    }
    HttpAnswer direct;
    try {
      direct = work.api().withoutBody(request.method().name(), request.uri());
      if (direct == null) {
        compute(ctx, request, start);
        return;
      }
    } catch (RejectedExecutionException e) {
      direct = HttpAnswer.unavailable("the server is stopping");
    } catch (RuntimeException | Error e) {
      direct = RestApi.failure(OTHER, e);
    }
    send(ctx, request, OTHER, direct, start);
  }

  private void compute(ChannelHandlerContext ctx, HttpRequest request, long start) {
    byte[] bytes = body.toByteArray();
    String encoding = request.headers().get(HttpHeaderNames.CONTENT_ENCODING);
    work.compute(
        () -> {
          RestApi.Predicted predicted = predicted(bytes, encoding, start);
          ctx.executor()
              .execute(() -> send(ctx, request, predicted.signature(), predicted.answer(), start));
        });
  }

  private RestApi.Predicted predicted(byte[] bytes, @Nullable String encoding, long arrival) {
    if (System.nanoTime() - arrival > 2 * work.settings().patience().toNanos()) {
      return new RestApi.Predicted(
          RestApi.UNKNOWN,
          HttpAnswer.unavailable("the server has too many requests; try again later"));
    }
    try {
      return work.api().predict(Gzip.unpacked(bytes, encoding, work.settings().bodyBytes()));
    } catch (RefusedException e) {
      return new RestApi.Predicted(RestApi.UNKNOWN, e.answer());
    } catch (RuntimeException | Error e) {
      return new RestApi.Predicted(RestApi.UNKNOWN, RestApi.failure(RestApi.UNKNOWN, e));
    }
  }

  private void send(
      ChannelHandlerContext ctx, HttpRequest request, String kind, HttpAnswer answer, long start) {
    boolean stays =
        request.protocolVersion().isKeepAliveDefault() // HTTP/1.0 would need a confirmation
            && HttpUtil.isKeepAlive(request)
            && !work.isStopping();
    HttpAnswer packed = packed(request, kind, answer);
    write(ctx, packed, stays)
        .addListener(
            written -> {
              work.end(kind, packed.status().code(), System.nanoTime() - start);
              if (stays && written.isSuccess()) {
                reset();
                answeredBefore = true;
                awaitRequest(ctx);
                ctx.channel().config().setAutoRead(true); // reads a request that waits already
                if (inputEnded && state == State.READING && head == null) {
                  ctx.close();
                }
              } else {
                linger(ctx);
              }
            });
  }

  private static HttpAnswer packed(HttpRequest request, String kind, HttpAnswer answer) {
    try {
      return Gzip.packed(answer, request.headers().get(HttpHeaderNames.ACCEPT_ENCODING));
    } catch (RuntimeException | Error e) {
      return RestApi.failure(kind, e);
    }
  }

  private void reset() {
    work.release(body.size());
    body = new ByteArrayOutputStream();
    head = null;
  }

  private void refuse(ChannelHandlerContext ctx, RefusedException problem) {
    refuse(ctx, problem.answer());
  }

  private void refuse(ChannelHandlerContext ctx, HttpResponseStatus status, String sentence) {
    refuse(ctx, HttpAnswer.error(status, sentence));
  }

  /** Answers what is not a complete request, and ends the connection. */
  private void refuse(ChannelHandlerContext ctx, HttpAnswer answer) {
    state = State.CLOSING;
    reset();
    work.refused(MALFORMED, answer.status().code());
    write(ctx, answer, false).addListener(written -> linger(ctx));
  }

  private ChannelFuture write(ChannelHandlerContext ctx, HttpAnswer answer, boolean stays) {
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1, answer.status(), Unpooled.wrappedBuffer(answer.body()));
    answer.headers().forEach(response.headers()::set);
    response
        .headers()
        .set(HttpHeaderNames.CONTENT_LENGTH, answer.body().length)
        .set("X-Content-Type-Options", "nosniff")
        .set("Cache-Control", "no-store");
    if (!stays) {
      response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    }
    restrict(ctx, work.settings().patience(), ctx::close);
    return ctx.writeAndFlush(response);
  }

  /** Lets the client read the last answer. */
  private void linger(ChannelHandlerContext ctx) {
    state = State.CLOSING;
    reset();
    if (inputEnded || !(ctx.channel() instanceof DuplexChannel channel) || !channel.isActive()) {
      ctx.close();
      return;
    }
    restrict(ctx, LINGER, ctx::close);
    channel.shutdownOutput();
    channel.config().setAutoRead(true);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (!(event instanceof ChannelInputShutdownEvent)) {
      ctx.fireUserEventTriggered(event);
      return;
    }
    inputEnded = true;
    if (state == State.READING && heard) {
      refuse(
          ctx,
          HttpResponseStatus.BAD_REQUEST,
          head == null
              ? "request must be HTTP/1.1, with an empty line after its headers, but ended before"
              : "body must be as long as its headers say, but is not");
    } else if (state == State.READING || isLingering(ctx)) {
      ctx.close();
    }
  }

  private static boolean isLingering(ChannelHandlerContext ctx) {
    return ctx.channel() instanceof DuplexChannel channel && channel.isOutputShutdown();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    unrestrict();
    if (state == State.READING) {
      reset();
    }
    ctx.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close(); // the client broke off
  }
}
