/** Text generation: the model continues prompts token by token, inside one compiled segment. */
@NullMarked
package org.reckoning.graph.decoding;

import org.jspecify.annotations.NullMarked;
