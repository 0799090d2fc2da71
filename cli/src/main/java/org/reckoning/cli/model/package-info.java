/**
 * The command {@code reckoning model}: weights in the formats of other programs. Open {@link
 * org.reckoning.cli.model.ModelCommand} first: it lists the subcommands.
 */
@NullMarked
package org.reckoning.cli.model;

import org.jspecify.annotations.NullMarked;
