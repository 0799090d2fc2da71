/**
 * The command {@code reckoning model}; {@link org.reckoning.cli.model.ModelCommand} lists its
 * parts.
 */
@NullMarked
package org.reckoning.cli.model;

import org.jspecify.annotations.NullMarked;
