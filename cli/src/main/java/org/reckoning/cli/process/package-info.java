/**
 * The process around a command: its locale, encoding, home directory, standard output, child
 * processes, and the processes that run the command together with it. Open {@link
 * org.reckoning.cli.process.ProcessStart} first: every main class calls it.
 */
@NullMarked
package org.reckoning.cli.process;

import org.jspecify.annotations.NullMarked;
