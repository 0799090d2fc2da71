/** Tests of the files for TensorBoard. */
@NullMarked
package org.reckoning.trainer.tensorboard;

import org.jspecify.annotations.NullMarked;
