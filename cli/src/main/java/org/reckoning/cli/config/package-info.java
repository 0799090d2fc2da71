/**
 * Composition of configurations from YAML files and overrides, as in Hydra. Open {@link
 * org.reckoning.cli.config.ConfigOptions} for the options of commands, {@link
 * org.reckoning.cli.config.Composer} for the composition.
 */
@NullMarked
package org.reckoning.cli.config;

import org.jspecify.annotations.NullMarked;
