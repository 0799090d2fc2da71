package org.reckoning.cli.bench;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** CPU time of this process. */
final class ProcessCpu {
  private static final OperatingSystemMXBean SYSTEM =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

  private ProcessCpu() {}

  /** Returns the seconds of all threads so far, in user and kernel mode. */
  static double seconds() {
    return SYSTEM.getProcessCpuTime() / 1e9;
  }
}
