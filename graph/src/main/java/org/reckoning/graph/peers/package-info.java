/** The processes that train together: who they are, and how they exchange bytes. */
@NullMarked
package org.reckoning.graph.peers;

import org.jspecify.annotations.NullMarked;
