/**
 * Everything that decides how the static graph of a program looks: {@link
 * org.reckoning.graph.settings.BilevelConfig} and its parts.
 */
@NullMarked
package org.reckoning.graph.settings;

import org.jspecify.annotations.NullMarked;
