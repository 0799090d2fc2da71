/**
 * Programs, each a static graph with its variables, feeds, fetches and session. {@link
 * org.reckoning.graph.program.BilevelProgram} trains and evaluates. {@link
 * org.reckoning.graph.program.KnowledgeProgram} encodes facts and answers questions.
 */
@NullMarked
package org.reckoning.graph.program;

import org.jspecify.annotations.NullMarked;
