package org.reckoning.cli.device;

import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code reckoning devices}: lists the devices of TensorFlow. */
@Command(
    name = "devices",
    mixinStandardHelpOptions = true,
    description = "List the devices that TensorFlow computes on.",
    footer = {"", "Example:", "  reckoning devices"})
public final class DevicesCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    List<Device> devices = Device.all();
    devices.forEach(out::println);
    if (devices.stream().noneMatch(Device::isGpu)) {
      out.println(
          "TensorFlow sees no GPU and computes on the CPU; an NVIDIA GPU needs Linux x86-64, its"
              + " driver, CUDA 12, cuDNN 9, and RECKONING_DEVICE=gpu or the archive ending in -gpu");
    }
    out.flush();
    return 0;
  }
}
