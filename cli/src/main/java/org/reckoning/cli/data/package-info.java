/**
 * The command {@code reckoning data}; {@link org.reckoning.cli.data.DataCommand} lists its parts.
 */
@NullMarked
package org.reckoning.cli.data;

import org.jspecify.annotations.NullMarked;
