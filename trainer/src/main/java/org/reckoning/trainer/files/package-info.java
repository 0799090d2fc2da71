/**
 * Files as people and machines leave them: written so that a crash, a full disk or a power cut
 * leaves the old file or the new one, and read whatever program saved them. Open {@link
 * org.reckoning.trainer.files.DurableFiles} and {@link org.reckoning.trainer.files.TextFile} first.
 */
@NullMarked
package org.reckoning.trainer.files;

import org.jspecify.annotations.NullMarked;
