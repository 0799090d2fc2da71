/**
 * Mutated inputs, sent through the entry points that users have.
 *
 * <p>Open {@link org.reckoning.integration.mutation.MutationTest} first.
 */
@NullMarked
package org.reckoning.integration.mutation;

import org.jspecify.annotations.NullMarked;
