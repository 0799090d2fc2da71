/**
 * The command {@code reckoning export}: SavedModels for TensorFlow Serving. Open {@link
 * org.reckoning.cli.export.ServingExportCommand} first.
 *
 * <p>The main class {@link org.reckoning.cli.export.ExportCheckMain} runs in a child process of
 * {@code export --check}.
 */
@NullMarked
package org.reckoning.cli.export;

import org.jspecify.annotations.NullMarked;
