/**
 * Readers of the published formats of tasks. Open {@link
 * org.reckoning.trainer.data.formats.TaskReader} first. A new format is a new {@link
 * org.reckoning.trainer.data.formats.DataFormat} with a reader of its lines.
 */
@NullMarked
package org.reckoning.trainer.data.formats;

import org.jspecify.annotations.NullMarked;
