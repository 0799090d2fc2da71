/** Tests of the examples. */
@NullMarked
package org.reckoning.examples;

import org.jspecify.annotations.NullMarked;
