package org.reckoning.cli.process;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.InaccessibleObjectException;

/**
 * Standard error for the lines of this program.
 *
 * <p>Native libraries write to file descriptor 2, which the launcher filters. It passes the number
 * of an unfiltered descriptor of the same file as {@value #DESCRIPTOR}.
 */
final class StandardError {
  private static final String DESCRIPTOR = "reckoning.stderr";

  private StandardError() {}

  /**
   * Returns the unfiltered descriptor, or {@code System.err} in a process that has none. Child
   * processes have none: they inherit the property, but neither the descriptor nor {@code
   * --add-opens}.
   */
  static OutputStream open() {
    Integer number = Integer.getInteger(DESCRIPTOR);
    if (number == null) {
      return System.err;
    }
    try {
      Constructor<FileDescriptor> descriptor =
          FileDescriptor.class.getDeclaredConstructor(int.class);
      descriptor.setAccessible(true);
      return new FileOutputStream(descriptor.newInstance(number));
    } catch (ReflectiveOperationException | InaccessibleObjectException e) {
      return System.err;
    }
  }
}
