/**
 * The command {@code reckoning inspect}: reports on a program as text, as JSON and for TensorBoard.
 * Open {@link org.reckoning.cli.inspect.InspectCommand} first.
 */
@NullMarked
package org.reckoning.cli.inspect;

import org.jspecify.annotations.NullMarked;
