package org.reckoning.cli.bench;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Collectors;
import org.reckoning.cli.device.Device;
import org.reckoning.cli.process.ChildJvm;
import org.reckoning.cli.process.ProcessStart;
import org.reckoning.graph.inspect.MatrixProductPeak;
import org.tensorflow.TensorFlow;

/**
 * Describes the machine and measures its matrix-product peak, as a child process of {@link
 * StepCommand}. The class stays a main class, since TensorFlow must start like in a measured row.
 */
final class MachineMain {
  private static final double GIGA = 1e9;

  private MachineMain() {}

  /**
   * Reports its results by {@link ChildJvm#report}.
   *
   * @param args rows and columns of the matrices, one number
   */
  public static void main(String[] args) {
    ProcessStart.prepare(args);
    try {
      ChildJvm.report("machine", machine());
      ChildJvm.report("software", software());
      MatrixProductPeak peak = new MatrixProductPeak(Integer.parseInt(args[0]));
      ChildJvm.report("peak", peak.measure(false));
      ChildJvm.report(
          "devices", Device.all().stream().map(Device::toString).collect(Collectors.joining(", ")));
      ChildJvm.report("peak_xla", peak.measure(true));
    } catch (RuntimeException | IOException e) {
      ChildJvm.reportFailure(e);
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

  /** Returns the processor's name on Linux, elsewhere its architecture. */
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
