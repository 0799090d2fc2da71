/** From text to tokens: methods, templates, vocabulary and batches of static shape. */
@NullMarked
package org.reckoning.trainer.tokens;

import org.jspecify.annotations.NullMarked;
