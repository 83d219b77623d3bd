// The calls of MPI that a picture of several processes needs, whatever the library. One thread makes them all; a call that
// fails ends all processes.
#pragma once

#include <stddef.h>
#include <stdint.h>

/// Begins; before the first other call. 0 on success.
int mpi_begin(void);
/// Ends; after the last other call.
void mpi_end(void);
/// Ends all processes with this status.
void mpi_abort(int status);
/// The place of this process, and the number of all.
int mpi_rank(void);
int mpi_size(void);
/// The name of this machine.
const char *mpi_host(void);

/// Lets the first `count` processes make sums together; called by all.
void mpi_select(int count);
/// Gives bytes of a process to all, or to those that are selected.
void mpi_broadcast(void *bytes, ptrdiff_t count, int from);
void mpi_broadcast_selected(void *bytes, ptrdiff_t count, int from);
/// Adds up numbers of the selected processes, for each of them.
void mpi_add_int64(void *sums, ptrdiff_t count);
void mpi_add_uint32(void *sums, ptrdiff_t count);
void mpi_add_double(void *sums, ptrdiff_t count);
/// Gives bytes from one process to another.
void mpi_send(void *bytes, ptrdiff_t count, int to);
void mpi_receive(void *bytes, ptrdiff_t count, int from);
/// Begins to do so.
void mpi_begin_send(void *bytes, ptrdiff_t count, int to);
void mpi_begin_receive(void *bytes, ptrdiff_t count, int from);
/// Waits for what was begun.
void mpi_finish(void);
