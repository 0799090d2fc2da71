package org.reckoning.cli.serve;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.reckoning.cli.ask.UntrainedOptions;
import org.reckoning.trainer.answering.LocalModel;
import org.reckoning.trainer.export.ClientAssets;
import org.reckoning.trainer.export.ModelExport;
import org.reckoning.trainer.run.RunWeights;
import org.reckoning.trainer.server.ModelServer;
import org.reckoning.trainer.server.Predictor;
import org.reckoning.trainer.server.ServedModelInfo;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code reckoning serve}: serves a model by HTTP, and a page that asks it. */
@Command(
    name = "serve",
    mixinStandardHelpOptions = true,
    description = {
      "Serve a model with the REST API of TensorFlow Serving, a page that asks it at /, and metrics"
          + " for Prometheus at /metrics.",
      "Ctrl-C and SIGTERM answer the requests that have arrived, then stop. For production use"
          + " TensorFlow Serving. See docs/serve.md."
    },
    footer = {
      "",
      "Examples:",
      "  reckoning serve --run outputs/quickstart/2026-11-22_10-30-00",
      "  reckoning serve --export saved_models/quickstart --port 8502",
      "  reckoning serve --model models/gpt2 --steps 1",
      "  reckoning serve --run RUN --host 0.0.0.0   # for other machines, too"
    })
public final class ServeCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @ArgGroup(exclusive = true, multiplicity = "1")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Served served;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description =
          "Name of the model in addresses (default: that of the run's configuration, or of the"
              + " directory).")
  private @Nullable String name;

  @Mixin private final UntrainedOptions untrained = new UntrainedOptions();
  @Mixin private final ListenOptions listening = new ListenOptions();

  /** The model, given in one of two ways. */
  private static final class Served {
    @Option(
        names = {"--run", "--model"},
        required = true,
        paramLabel = "PATH",
        description =
            "Directory of a run (best checkpoint), a checkpoint, or an imported or exported model.")
    private @Nullable Path model;

    @Option(
        names = "--export",
        required = true,
        paramLabel = "DIR",
        description = "A model written by 'reckoning export' (newest version), or a version of it.")
    private @Nullable Path export;
  }

  /** A model with what people see of it. */
  private record Opened(ServedModelInfo info, Predictor predictor) {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    PrintWriter err = spec.commandLine().getErr();
    var settings = listening.settings(spec.commandLine());
    Opened opened = served.export == null ? run(err) : export(served.export);
    ServedModelInfo info = name == null ? opened.info() : opened.info().withName(name);
    ModelServer server = ModelServer.start(info, opened.predictor(), settings);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server, err)));
    PrintWriter out = spec.commandLine().getOut();
    out.printf("serving version %s of '%s' at %s%n", info.version(), info.name(), server.address());
    out.flush();
    err.println("for production use TensorFlow Serving, see docs/serving.md; Ctrl-C stops");
    err.flush();
    new CountDownLatch(1).await(); // the process ends by a signal
    return 0;
  }

  private static void stop(ModelServer server, PrintWriter err) {
    err.println("stops; answers the requests that have arrived");
    err.flush();
    server.close();
  }

  private Opened run(PrintWriter err) throws IOException {
    Path path = Objects.requireNonNull(served.model);
    if (ClientAssets.isThere(path)) {
      throw new ParameterException(
          spec.commandLine(), "'%s' is a model for serving: give it as --export".formatted(path));
    }
    LocalModel model;
    try {
      model = LocalModel.open(path, untrained.given(), null);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
    err.println("builds the graph; the first request of each size compiles, which takes seconds");
    err.flush();
    if (!RunWeights.isRun(path)) {
      String directory = String.valueOf(path.toAbsolutePath().normalize().getFileName());
      return new Opened(ServedModelInfo.of(directory, model), Predictor.of(model));
    }
    try (RunWeights run = RunWeights.open(path)) {
      return new Opened(ServedModelInfo.of(model, run.settings()), Predictor.of(model));
    }
  }

  private Opened export(Path directory) throws IOException {
    if (untrained.given() != null) {
      throw new ParameterException(
          spec.commandLine(),
          "an exported model has its own inner steps, rates and dataset type; omit --steps, --rate and --type");
    }
    ClientAssets assets = ClientAssets.read(directory);
    Path version = ModelExport.newest(directory).orElseThrow();
    return new Opened(ServedModelInfo.of(assets), Predictor.load(version));
  }
}
