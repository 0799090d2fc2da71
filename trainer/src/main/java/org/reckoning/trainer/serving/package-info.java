/**
 * Client and server of an exported model, with the REST API of TensorFlow Serving. Open {@link
 * org.reckoning.trainer.serving.ServingRequest} and {@link
 * org.reckoning.trainer.serving.ServingClient} first.
 */
@NullMarked
package org.reckoning.trainer.serving;

import org.jspecify.annotations.NullMarked;
