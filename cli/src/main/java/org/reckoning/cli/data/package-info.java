/**
 * The command {@code reckoning data}: datasets. Open {@link org.reckoning.cli.data.DataCommand}
 * first: it lists the subcommands.
 */
@NullMarked
package org.reckoning.cli.data;

import org.jspecify.annotations.NullMarked;
