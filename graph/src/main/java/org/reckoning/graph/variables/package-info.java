/** The variables of a program, their initial values, and the files that they are saved to. */
@NullMarked
package org.reckoning.graph.variables;

import org.jspecify.annotations.NullMarked;
