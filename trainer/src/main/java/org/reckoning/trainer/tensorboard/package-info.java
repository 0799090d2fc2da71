/**
 * Files for TensorBoard, written without native code. Open {@link
 * org.reckoning.trainer.tensorboard.EventFile} first.
 */
@NullMarked
package org.reckoning.trainer.tensorboard;

import org.jspecify.annotations.NullMarked;
