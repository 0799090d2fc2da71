/** What the kernels that compute in this process are fast at. Knows no other package. */
@NullMarked
package org.reckoning.graph.kernels;

import org.jspecify.annotations.NullMarked;
