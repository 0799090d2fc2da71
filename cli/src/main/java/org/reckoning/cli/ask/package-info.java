/**
 * The command {@code reckoning ask}: encodes facts once, then answers questions. Open {@link
 * org.reckoning.cli.ask.AskCommand} first.
 */
@NullMarked
package org.reckoning.cli.ask;

import org.jspecify.annotations.NullMarked;
