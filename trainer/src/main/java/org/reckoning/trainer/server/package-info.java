/**
 * Server of a model, with the REST API of TensorFlow Serving and a page for people. Open {@link
 * org.reckoning.trainer.server.ModelServer} and {@code Connection} first.
 */
@NullMarked
package org.reckoning.trainer.server;

import org.jspecify.annotations.NullMarked;
