/**
 * Tests that send mutated inputs through the entry points of users.
 *
 * <p>Open {@link org.reckoning.integration.mutation.MutationTest} first.
 */
@NullMarked
package org.reckoning.integration.mutation;

import org.jspecify.annotations.NullMarked;
