/**
 * Programs: a static graph with its variables, feeds and fetches, and the session that runs it.
 * {@link org.reckoning.graph.program.BilevelProgram} trains and evaluates, {@link
 * org.reckoning.graph.program.KnowledgeProgram} keeps encoded facts and answers questions.
 */
@NullMarked
package org.reckoning.graph.program;

import org.jspecify.annotations.NullMarked;
