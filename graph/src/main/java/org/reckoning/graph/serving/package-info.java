/** The model as a SavedModel: requests with facts and questions, checked inside of the graph. */
@NullMarked
package org.reckoning.graph.serving;

import org.jspecify.annotations.NullMarked;
