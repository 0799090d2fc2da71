/** The model as a SavedModel, which checks requests of facts and questions inside the graph. */
@NullMarked
package org.reckoning.graph.serving;

import org.jspecify.annotations.NullMarked;
