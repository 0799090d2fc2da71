package org.reckoning.cli.device;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.tensorflow.internal.c_api.TFE_Context;
import org.tensorflow.internal.c_api.TFE_ContextOptions;
import org.tensorflow.internal.c_api.TF_DeviceList;
import org.tensorflow.internal.c_api.TF_Status;
import org.tensorflow.internal.c_api.global.tensorflow;

/**
 * A device of TensorFlow.
 *
 * @param name name such as {@code CPU:0}
 * @param bytes memory that TensorFlow may use; meaningless for a CPU
 */
public record Device(String name, long bytes) {
  private static final double GIGA = 1e9;

  /** Returns whether this is a GPU. */
  boolean isGpu() {
    return name.startsWith("GPU");
  }

  /** Returns all devices, from TensorFlow's C library: TensorFlow Java cannot list them. */
  public static List<Device> all() {
    List<Device> devices = new ArrayList<>();
    try (TF_Status status = TF_Status.newStatus();
        TFE_ContextOptions options = TFE_ContextOptions.newContextOptions();
        TFE_Context context = TFE_Context.newContext(options, status)) {
      status.throwExceptionIfNotOK();
      TF_DeviceList list = tensorflow.TFE_ContextListDevices(context, status);
      status.throwExceptionIfNotOK();
      try {
        for (int i = 0; i < tensorflow.TF_DeviceListCount(list); i++) {
          String name =
              tensorflow.TF_DeviceListName(list, i, status).getString(StandardCharsets.UTF_8);
          long bytes = tensorflow.TF_DeviceListMemoryBytes(list, i, status);
          devices.add(
              new Device(name.substring(name.lastIndexOf("device:") + "device:".length()), bytes));
        }
      } finally {
        tensorflow.TF_DeleteDeviceList(list);
      }
    }
    return devices;
  }

  /** Returns the name, and the memory of a GPU: {@code GPU:0 (15.1 GB)}. */
  @Override
  public String toString() {
    return name.startsWith("CPU")
        ? name
        : String.format(Locale.ROOT, "%s (%.1f GB)", name, bytes / GIGA);
  }
}
