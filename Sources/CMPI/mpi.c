#include "CMPI.h"

#include <mpi.h>
#include <stdlib.h>

// Most bytes of one call, whose counts are ints.
static const ptrdiff_t most_bytes = 1 << 30;

static MPI_Comm selected = MPI_COMM_NULL;
static MPI_Request *begun;
static int begun_count, begun_room;

int mpi_begin(void) {
  int level;
  if (MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &level) != MPI_SUCCESS) return 1;
  return MPI_Comm_dup(MPI_COMM_WORLD, &selected) != MPI_SUCCESS;
}

void mpi_end(void) { MPI_Finalize(); }

void mpi_abort(int status) { MPI_Abort(MPI_COMM_WORLD, status); }

int mpi_rank(void) {
  int rank;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  return rank;
}

int mpi_size(void) {
  int size;
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  return size;
}

const char *mpi_host(void) {
  static char name[MPI_MAX_PROCESSOR_NAME + 1];
  int length = 0;
  MPI_Get_processor_name(name, &length);
  return name;
}

void mpi_select(int count) {
  if (selected != MPI_COMM_NULL) MPI_Comm_free(&selected);
  MPI_Comm_split(MPI_COMM_WORLD, mpi_rank() < count ? 0 : MPI_UNDEFINED, mpi_rank(), &selected);
}

static void broadcast(void *bytes, ptrdiff_t count, int from, MPI_Comm group) {
  for (ptrdiff_t done = 0; done < count; done += most_bytes) {
    ptrdiff_t part = count - done < most_bytes ? count - done : most_bytes;
    MPI_Bcast((char *)bytes + done, (int)part, MPI_BYTE, from, group);
  }
}

void mpi_broadcast(void *bytes, ptrdiff_t count, int from) {
  broadcast(bytes, count, from, MPI_COMM_WORLD);
}

void mpi_broadcast_selected(void *bytes, ptrdiff_t count, int from) {
  broadcast(bytes, count, from, selected);
}

void mpi_add_int64(void *sums, ptrdiff_t count) {
  MPI_Allreduce(MPI_IN_PLACE, sums, (int)count, MPI_INT64_T, MPI_SUM, selected);
}

void mpi_add_uint32(void *sums, ptrdiff_t count) {
  MPI_Allreduce(MPI_IN_PLACE, sums, (int)count, MPI_UINT32_T, MPI_SUM, selected);
}

void mpi_add_double(void *sums, ptrdiff_t count) {
  MPI_Allreduce(MPI_IN_PLACE, sums, (int)count, MPI_DOUBLE, MPI_SUM, selected);
}

void mpi_send(void *bytes, ptrdiff_t count, int to) {
  for (ptrdiff_t done = 0; done < count; done += most_bytes) {
    ptrdiff_t part = count - done < most_bytes ? count - done : most_bytes;
    MPI_Send((char *)bytes + done, (int)part, MPI_BYTE, to, 0, MPI_COMM_WORLD);
  }
}

void mpi_receive(void *bytes, ptrdiff_t count, int from) {
  for (ptrdiff_t done = 0; done < count; done += most_bytes) {
    ptrdiff_t part = count - done < most_bytes ? count - done : most_bytes;
    MPI_Recv(
        (char *)bytes + done, (int)part, MPI_BYTE, from, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
  }
}

// A place for a request; those that are there stay where they are only until the next one.
static MPI_Request *request(void) {
  if (begun_count == begun_room) {
    begun_room = begun_room ? 2 * begun_room : 16;
    begun = realloc(begun, begun_room * sizeof *begun);
    if (!begun) MPI_Abort(MPI_COMM_WORLD, 1);
  }
  return &begun[begun_count++];
}

void mpi_begin_send(void *bytes, ptrdiff_t count, int to) {
  MPI_Isend(bytes, (int)count, MPI_BYTE, to, 1, MPI_COMM_WORLD, request());
}

void mpi_begin_receive(void *bytes, ptrdiff_t count, int from) {
  MPI_Irecv(bytes, (int)count, MPI_BYTE, from, 1, MPI_COMM_WORLD, request());
}

void mpi_finish(void) {
  MPI_Waitall(begun_count, begun, MPI_STATUSES_IGNORE);
  begun_count = 0;
}
