/**
 * The command {@code reckoning serve}: an HTTP server for a model. Open {@link
 * org.reckoning.cli.serve.ServeCommand} first.
 */
@NullMarked
package org.reckoning.cli.serve;

import org.jspecify.annotations.NullMarked;
