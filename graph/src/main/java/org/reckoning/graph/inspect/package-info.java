/**
 * What is in a built program: nodes, floating-point operations, parameters, bytes that must stay
 * alive between segments, and where the time of a step goes. Open {@link
 * org.reckoning.graph.inspect.ProgramReport} first: it is the data that needs no run; {@link
 * org.reckoning.graph.inspect.StepTimes} is what is measured, {@link
 * org.reckoning.graph.inspect.BlockGraph} the picture for TensorBoard.
 */
@NullMarked
package org.reckoning.graph.inspect;

import org.jspecify.annotations.NullMarked;
