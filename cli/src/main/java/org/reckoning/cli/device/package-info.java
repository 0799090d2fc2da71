/** Devices that TensorFlow computes on, and the command {@code reckoning devices}. */
@NullMarked
package org.reckoning.cli.device;

import org.jspecify.annotations.NullMarked;
