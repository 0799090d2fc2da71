/** Several processes, started by {@code mpirun}. */
@NullMarked
package org.reckoning.integration.peers;

import org.jspecify.annotations.NullMarked;
