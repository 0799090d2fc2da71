/** Client and server of an exported model: open {@link org.reckoning.trainer.serving.ServingClient} first. */
@NullMarked
package org.reckoning.trainer.serving;

import org.jspecify.annotations.NullMarked;
