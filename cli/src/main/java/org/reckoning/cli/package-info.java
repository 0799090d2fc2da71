/**
 * The command line. Open {@link org.reckoning.cli.Reckoning} first: it lists the commands. Each
 * command has a class of its own, in the package of its subject.
 */
@NullMarked
package org.reckoning.cli;

import org.jspecify.annotations.NullMarked;
