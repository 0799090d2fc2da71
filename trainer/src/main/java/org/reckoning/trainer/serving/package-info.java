/**
 * Requests to an exported model in the REST API of TensorFlow Serving, and a client. Open {@link
 * org.reckoning.trainer.serving.ServingRequest} and {@link
 * org.reckoning.trainer.serving.ServingClient} first.
 */
@NullMarked
package org.reckoning.trainer.serving;

import org.jspecify.annotations.NullMarked;
