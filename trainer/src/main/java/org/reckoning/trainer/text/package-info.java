/**
 * Text for people: aligned tables, the words of enum constants, and hints for misspelt names. Open
 * {@link org.reckoning.trainer.text.TextTable} first.
 */
@NullMarked
package org.reckoning.trainer.text;

import org.jspecify.annotations.NullMarked;
