package org.reckoning.cli.bench;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Collectors;
import org.reckoning.graph.xla.XlaCheck;
import org.tensorflow.TensorFlow;

/** Describes the machine and measures its matrix-product peak, for {@link BenchmarkMain}. */
final class MachineMain {
  private static final double GIGA = 1e9;

  private MachineMain() {}

  /**
   * Says what it finds by {@link ChildJvm#say}.
   *
   * @param args rows and columns of the matrices
   */
  public static void main(String[] args) {
    ProcessStart.prepare(args);
    try {
      ChildJvm.say("machine", machine());
      ChildJvm.say("software", software());
      MatrixProductPeak peak = new MatrixProductPeak(Integer.parseInt(args[0]));
      ChildJvm.say("peak", peak.measure(false));
      ChildJvm.say(
          "devices", Device.all().stream().map(Device::toString).collect(Collectors.joining(", ")));
      XlaCheck.require();
      ChildJvm.say("peak_xla", peak.measure(true));
    } catch (RuntimeException | IOException e) {
      ChildJvm.fail(e);
    }
  }

  private static String machine() throws IOException {
    long memory =
        ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
    return String.format(
        Locale.ROOT,
        "%s, %d cores, %.1f GB of memory, %s %s",
        processor(),
        Runtime.getRuntime().availableProcessors(),
        memory / GIGA,
        System.getProperty("os.name"),
        System.getProperty("os.version"));
  }

  /** The name of the processor where Linux tells it, else the architecture. */
  private static String processor() throws IOException {
    Path cpuinfo = Path.of("/proc/cpuinfo");
    String architecture = System.getProperty("os.arch");
    if (!Files.isReadable(cpuinfo)) {
      return architecture;
    }
    return Files.readAllLines(cpuinfo).stream()
        .filter(line -> line.startsWith("model name"))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst()
        .orElse(architecture);
  }

  private static String software() {
    return String.format(
        Locale.ROOT,
        "TensorFlow %s, %s %s, Java heap of at most %.1f GB",
        TensorFlow.version(),
        System.getProperty("java.vm.name"),
        System.getProperty("java.vm.version"),
        Runtime.getRuntime().maxMemory() / GIGA);
  }
}
