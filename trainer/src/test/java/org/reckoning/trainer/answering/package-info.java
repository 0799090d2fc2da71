/** Tests of questions to models. */
@NullMarked
package org.reckoning.trainer.answering;

import org.jspecify.annotations.NullMarked;
