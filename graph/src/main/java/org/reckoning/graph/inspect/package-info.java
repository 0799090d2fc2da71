/**
 * What is in a built program, without running it: nodes, floating-point operations, parameters, and
 * bytes that must stay alive between segments. Open {@link
 * org.reckoning.graph.inspect.ProgramReport} first: it is the data; {@link
 * org.reckoning.graph.inspect.ReportTable} prints it and {@link
 * org.reckoning.graph.inspect.InspectMain} does both from a command line.
 */
@NullMarked
package org.reckoning.graph.inspect;

import org.jspecify.annotations.NullMarked;
