/** Tests of the archive that users unpack. */
@NullMarked
package org.reckoning.dist;

import org.jspecify.annotations.NullMarked;
