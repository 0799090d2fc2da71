/**
 * Programs of given sizes with random inputs, for benchmarks and inspection. Open {@link
 * org.reckoning.cli.program.ProgramSettings} first.
 */
@NullMarked
package org.reckoning.cli.program;

import org.jspecify.annotations.NullMarked;
