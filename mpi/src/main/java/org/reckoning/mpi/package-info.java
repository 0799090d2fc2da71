/**
 * Processes connected by the MPI library of the machine, Open MPI or MPICH. {@link
 * org.reckoning.mpi.MpiProvider} is the entry, found by {@link java.util.ServiceLoader}.
 */
@NullMarked
package org.reckoning.mpi;

import org.jspecify.annotations.NullMarked;
