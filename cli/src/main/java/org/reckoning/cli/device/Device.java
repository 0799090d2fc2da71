package org.reckoning.cli.device;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.reckoning.graph.peers.PeerMessages;
import org.reckoning.graph.peers.Peers;
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

  /**
   * Returns the devices of each process, for messages: {@code CPU:0 of node1 (ranks 0, 1); CPU:0 of
   * node2 (rank 2)}. Without the names if there is one process. Collective.
   */
  public static String ofEach(Peers peers) {
    String own = all().stream().map(Device::toString).collect(Collectors.joining(", "));
    if (peers.size() == 1) {
      return own;
    }
    List<String> texts = new PeerMessages(peers).gather(own + " of " + host());
    Map<String, List<String>> ranks = new LinkedHashMap<>();
    for (int rank = 0; rank < texts.size(); rank++) {
      ranks.computeIfAbsent(texts.get(rank), text -> new ArrayList<>()).add(Integer.toString(rank));
    }
    return ranks.entrySet().stream()
        .map(
            each ->
                "%s (%s %s)"
                    .formatted(
                        each.getKey(),
                        each.getValue().size() == 1 ? "rank" : "ranks",
                        String.join(", ", each.getValue())))
        .collect(Collectors.joining("; "));
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "a machine without a name";
    }
  }

  /** Returns the name, and the memory of a GPU: {@code GPU:0 (15.1 GB)}. */
  @Override
  public String toString() {
    return name.startsWith("CPU")
        ? name
        : String.format(Locale.ROOT, "%s (%.1f GB)", name, bytes / GIGA);
  }
}
