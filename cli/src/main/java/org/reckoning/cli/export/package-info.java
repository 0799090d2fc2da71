/**
 * The command {@code reckoning export}: SavedModels for TensorFlow Serving. Open {@link
 * org.reckoning.cli.export.ServingExportCommand} first.
 *
 * <p>Two main classes are no commands: {@link org.reckoning.cli.export.ExportCheckMain} runs in a
 * child process of {@code export --check}, and {@link org.reckoning.cli.export.ServingServerMain}
 * is a server for tests and trials.
 */
@NullMarked
package org.reckoning.cli.export;

import org.jspecify.annotations.NullMarked;
