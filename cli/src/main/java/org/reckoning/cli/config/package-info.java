/**
 * Composition of a configuration from YAML files and words of the command line, as Hydra does it.
 * Open {@link org.reckoning.cli.config.ConfigOptions} for what a command uses, {@link
 * org.reckoning.cli.config.Composer} for how it is done.
 */
@NullMarked
package org.reckoning.cli.config;

import org.jspecify.annotations.NullMarked;
