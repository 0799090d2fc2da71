/**
 * Settings that determine the static graph of a program: {@link
 * org.reckoning.graph.settings.BilevelConfig} and its parts.
 */
@NullMarked
package org.reckoning.graph.settings;

import org.jspecify.annotations.NullMarked;
