package org.reckoning.cli.export;

import java.io.IOException;
import java.nio.file.Path;
import org.reckoning.cli.process.ProcessStart;
import org.reckoning.trainer.export.ClientAssets;
import org.reckoning.trainer.export.ModelExport;
import org.reckoning.trainer.serving.ModelServer;

/**
 * Serves an exported model by {@link ModelServer}, for tests and trials. The class stays a main
 * class, since the server is no replacement for TensorFlow Serving.
 *
 * <pre>
 * ServingServerMain saved_models/quickstart 8501
 * </pre>
 */
final class ServingServerMain {
  private static final int USER_ERROR = 2;
  private static final int LARGEST_PORT = 65_535;

  private ServingServerMain() {}

  /**
   * Serves until the process is terminated; open requests are answered first.
   *
   * @param args the exported model or a version of it, and the port; 0 chooses a free one
   */
  public static void main(String[] args) throws InterruptedException {
    ProcessStart.prepare(args);
    if (args.length != 2
        || !args[1].matches("[0-9]{1,5}")
        || Integer.parseInt(args[1]) > LARGEST_PORT) {
      System.err.println(
          "arguments must be an exported model and a port from 0 to 65535: saved_models/quickstart 8501");
      System.exit(USER_ERROR);
    }
    try {
      Path directory = Path.of(args[0]);
      ClientAssets assets = ClientAssets.read(directory);
      Path version = ModelExport.newest(directory).orElseThrow();
      ModelServer server = ModelServer.start(assets.model(), version, Integer.parseInt(args[1]));
      Runtime.getRuntime().addShutdownHook(new Thread(server::close));
      System.out.printf(
          "serving version %s of '%s' at %s; Ctrl-C stops%n",
          assets.version(), assets.model(), server.address());
      Thread.currentThread().join();
    } catch (IOException | IllegalArgumentException e) {
      System.err.println(e.getMessage());
      System.exit(1);
    }
  }
}
