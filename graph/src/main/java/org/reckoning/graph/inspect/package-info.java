/**
 * Reports on a built program: nodes, floating-point operations, parameters, live bytes between
 * segments, and step times. Open {@link org.reckoning.graph.inspect.ProgramReport} first: it needs
 * no run. {@link org.reckoning.graph.inspect.StepTimes} has measured times. {@link
 * org.reckoning.graph.inspect.BlockGraph} is the diagram for TensorBoard. {@link
 * org.reckoning.graph.inspect.MatrixProductPeak}, {@link
 * org.reckoning.graph.inspect.MemoryBandwidth} and {@link org.reckoning.graph.inspect.PlainPass}
 * measure bounds of this machine.
 */
@NullMarked
package org.reckoning.graph.inspect;

import org.jspecify.annotations.NullMarked;
