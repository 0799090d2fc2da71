/**
 * The command {@code reckoning study}: runs that answer a question together, and their report. Open
 * {@link org.reckoning.cli.study.StudyCommand} first.
 */
@NullMarked
package org.reckoning.cli.study;

import org.jspecify.annotations.NullMarked;
