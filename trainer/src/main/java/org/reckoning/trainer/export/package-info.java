/**
 * What a run has learned, for servers: open {@link org.reckoning.trainer.export.ModelExport} for
 * how a SavedModel is made of a run, {@link org.reckoning.trainer.serving.ServingRequest} for what a
 * server is asked, and {@link org.reckoning.trainer.serving.ServingClient} for how it is asked.
 */
@NullMarked
package org.reckoning.trainer.export;

import org.jspecify.annotations.NullMarked;
