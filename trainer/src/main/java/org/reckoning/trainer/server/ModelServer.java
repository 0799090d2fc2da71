package org.reckoning.trainer.server;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.flow.FlowControlHandler;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.netty.util.internal.logging.JdkLoggerFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * HTTP server for one version of a model, with the REST API of TensorFlow Serving: predict, status
 * and metadata. It has no batching and no other versions.
 *
 * <pre>{@code
 * try (ModelServer server = ModelServer.start("kinship", Path.of("saved_models/kinship/1"), 0)) {
 *   ServingClient client = new ServingClient(server.address(), "kinship", null, timeout);
 * }
 * }</pre>
 */
public final class ModelServer implements AutoCloseable {
  /** The largest first line of a request. */
  static final int LINE_BYTES = 4096;

  /** The largest headers of a request. */
  static final int HEADER_BYTES = 16_384;

  private static final int READ_BYTES = 8192;
  private static final int BACKLOG = 256;
  private static final Duration GRACE = Duration.ofSeconds(10);

  private static final byte[] FULL =
      String.join(
              "\r\n",
              "HTTP/1.1 503 Service Unavailable",
              "Content-Type: application/json",
              "Retry-After: 1",
              "Connection: close",
              "",
              "{\"error\":\"the server has too many connections; try again later\"}")
          .getBytes(StandardCharsets.US_ASCII);

  private final ServerSettings settings;
  private final Predictor predictor;
  private final Work work;
  private final EventLoopGroup events;
  private final ExecutorService threads;
  private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private final ChannelGroup refused = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private final Channel listening;

  static {
    InternalLoggerFactory.setDefaultFactory(JdkLoggerFactory.INSTANCE);
  }

  private ModelServer(ServedModelInfo model, Predictor predictor, ServerSettings settings)
      throws IOException {
    this.settings = settings;
    this.predictor = predictor;
    ServerMetrics metrics = new ServerMetrics();
    Map<String, RestApi.Resource> resources = Page.resources(model, predictor);
    resources.put(
        "/metrics",
        () ->
            HttpAnswer.of(
                HttpResponseStatus.OK, ServerMetrics.TYPE, metrics.text(connections::size)));
    threads = Executors.newFixedThreadPool(predictor.atOnce());
    work =
        new Work(
            settings,
            new RestApi(model.name(), model.version(), predictor, resources),
            metrics,
            threads);
    events = new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
    ChannelFuture bound =
        new ServerBootstrap()
            .group(events)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(new Pipeline())
            .bind(settings.host(), settings.port())
            .awaitUninterruptibly();
    listening = bound.channel();
    Throwable problem = bound.cause();
    if (problem != null) {
      stop();
      predictor.close();
      if (problem instanceof UnresolvedAddressException) {
        throw new IOException(
            "host '%s' must be a name or an address of this machine but is unknown: choose another one, such as 127.0.0.1"
                .formatted(settings.host()),
            problem);
      }
      throw new IOException(
          "%s, port %d, must be an address of this machine and a free port but is not (%s): choose another one"
              .formatted(settings.host(), settings.port(), problem.getMessage()),
          problem);
    }
  }

  /** Handlers of a new connection. */
  private final class Pipeline extends ChannelInitializer<SocketChannel> {
    @Override
    protected void initChannel(SocketChannel channel) {
      connections.add(channel);
      if (connections.size() > settings.connections()) {
        connections.remove(channel); // it keeps no other client out
        refused.add(channel);
        boolean lingers = refused.size() <= settings.connections(); // each takes a file descriptor
        channel.pipeline().addLast(new Refusal(lingers));
        return;
      }
      Connection connection = new Connection(work);
      channel
          .pipeline()
          .addLast(connection.new Ear())
          .addLast(
              new HttpServerCodec(
                  new HttpDecoderConfig()
                      .setMaxInitialLineLength(LINE_BYTES)
                      .setMaxHeaderSize(HEADER_BYTES)
                      .setMaxChunkSize(READ_BYTES)))
          .addLast(new FlowControlHandler())
          .addLast(connection);
    }
  }

  /**
   * Answers a connection over the limit, whatever it sends, and lets it read the answer if {@code
   * lingers}.
   */
  @SuppressWarnings("FutureReturnValueIgnored") // a failed close or write ends the connection
  private static final class Refusal extends ChannelInboundHandlerAdapter {
    private final boolean lingers;

    Refusal(boolean lingers) {
      this.lingers = lingers;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
      if (!lingers) {
        ctx.writeAndFlush(Unpooled.wrappedBuffer(FULL)).addListener(ChannelFutureListener.CLOSE);
        return;
      }
      ctx.writeAndFlush(Unpooled.wrappedBuffer(FULL))
          .addListener(written -> ((SocketChannel) ctx.channel()).shutdownOutput());
      // bytes left unread would destroy the answer on its way
      ctx.executor()
          .schedule(() -> ctx.close(), Connection.LINGER.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object bytes) {
      ReferenceCountUtil.release(bytes);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (event instanceof ChannelInputShutdownEvent) {
        ctx.close();
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      ctx.close(); // the client broke off
    }
  }

  /**
   * Serves a version of an exported model on this machine.
   *
   * @param name of the model
   * @param version directory, whose name is the number of the version
   * @param port to listen on; 0 for a free one
   * @throws IOException if the model cannot be loaded, or the port is in use
   */
  public static ModelServer start(String name, Path version, int port) throws IOException {
    return start(name, version, ServerSettings.onPort(port));
  }

  /** Serves a version of an exported model. */
  static ModelServer start(String name, Path version, ServerSettings settings) throws IOException {
    String number = version.getFileName().toString();
    return start(
        new ServedModelInfo(name, number, "", "", List.of(), List.of()),
        SavedModelPredictor.load(version),
        settings);
  }

  /**
   * Serves a model, and a page that asks it.
   *
   * @param predictor the model; the server closes it
   * @throws IOException if the address cannot be used; the model is then closed
   */
  public static ModelServer start(
      ServedModelInfo model, Predictor predictor, ServerSettings settings) throws IOException {
    return new ModelServer(model, predictor, settings);
  }

  /** Returns the address of the server. */
  public URI address() {
    int port = ((InetSocketAddress) listening.localAddress()).getPort();
    String host = settings.host();
    return URI.create("http://%s:%d".formatted(host.contains(":") ? "[" + host + "]" : host, port));
  }

  /** Answers open requests for up to ten seconds, and stops. */
  @Override
  public void close() {
    listening.close().awaitUninterruptibly();
    boolean idle = work.finish(GRACE);
    stop();
    try {
      idle |= threads.awaitTermination(1, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (idle) { // TensorFlow must not compute with freed weights
      predictor.close();
    }
  }

  private void stop() {
    connections.close().awaitUninterruptibly();
    refused.close().awaitUninterruptibly();
    threads.shutdownNow();
    events.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
