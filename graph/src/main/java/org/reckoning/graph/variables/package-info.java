/** The variables of a program, their initial values, and their checkpoint files. */
@NullMarked
package org.reckoning.graph.variables;

import org.jspecify.annotations.NullMarked;
