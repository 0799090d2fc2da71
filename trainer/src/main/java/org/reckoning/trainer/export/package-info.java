/**
 * Export of a run as a SavedModel for TensorFlow Serving. Open {@link
 * org.reckoning.trainer.export.ModelExport} first.
 */
@NullMarked
package org.reckoning.trainer.export;

import org.jspecify.annotations.NullMarked;
