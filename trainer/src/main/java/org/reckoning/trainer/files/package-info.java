/**
 * Robust reading and writing of files. After a crash, a full disk or a power cut, a file is the old
 * one or the new one; text is read in the encodings and line ends of any program. Open {@link
 * org.reckoning.trainer.files.DurableFiles} and {@link org.reckoning.trainer.files.TextFile} first.
 */
@NullMarked
package org.reckoning.trainer.files;

import org.jspecify.annotations.NullMarked;
