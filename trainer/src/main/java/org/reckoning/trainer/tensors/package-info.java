/**
 * Tensors in files: the safetensors format and TensorFlow's checkpoints. Open {@link
 * org.reckoning.trainer.tensors.SafetensorsFile} first.
 *
 * <p>A file is checked completely, against its own length, before memory of a size that it claims
 * is allocated. A malformed file is refused with one sentence, a {@link
 * org.reckoning.trainer.tensors.WeightsFormatException}.
 */
@NullMarked
package org.reckoning.trainer.tensors;

import org.jspecify.annotations.NullMarked;
