// MPI: its constants are macros, and its types differ between libraries, so that these few functions are what Swift sees.
#include <mpi.h>
#include <stddef.h>

enum { vae_mpi_floats = 1, vae_mpi_bytes = 2 };

// 0, or MPI's error code.
static inline int vae_mpi_begin(void) {
    int provided = 0;
    return MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &provided);
}

static inline void vae_mpi_end(void) { MPI_Finalize(); }

static inline int vae_mpi_rank(void) {
    int rank = 0;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    return rank;
}

static inline int vae_mpi_count(void) {
    int count = 1;
    MPI_Comm_size(MPI_COMM_WORLD, &count);
    return count;
}

// The ranks on this machine.
static inline int vae_mpi_local_count(void) {
    MPI_Comm local;
    int count = 1;
    MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &local);
    MPI_Comm_size(local, &count);
    MPI_Comm_free(&local);
    return count;
}

static inline size_t vae_mpi_request_size(void) { return sizeof(MPI_Request); }

static inline void vae_mpi_send_floats(const float *values, int count, int peer, void *requests, int index) {
    MPI_Isend(values, count, MPI_FLOAT, peer, vae_mpi_floats, MPI_COMM_WORLD, (MPI_Request *)requests + index);
}

static inline void vae_mpi_receive_floats(float *values, int count, int peer, void *requests, int index) {
    MPI_Irecv(values, count, MPI_FLOAT, peer, vae_mpi_floats, MPI_COMM_WORLD, (MPI_Request *)requests + index);
}

static inline void vae_mpi_send_bytes(const void *bytes, int count, int peer, void *requests) {
    MPI_Isend(bytes, count, MPI_BYTE, peer, vae_mpi_bytes, MPI_COMM_WORLD, (MPI_Request *)requests);
}

// Whether all are done.
static inline int vae_mpi_test(void *requests, int count) {
    int done = 0;
    MPI_Testall(count, (MPI_Request *)requests, &done, MPI_STATUSES_IGNORE);
    return done;
}

// The number of bytes that wait to be received, -1 for none.
static inline int vae_mpi_waiting_bytes(int peer) {
    int there = 0, count = 0;
    MPI_Status status;
    MPI_Iprobe(peer, vae_mpi_bytes, MPI_COMM_WORLD, &there, &status);
    if (!there) return -1;
    MPI_Get_count(&status, MPI_BYTE, &count);
    return count;
}

static inline void vae_mpi_receive_bytes(void *bytes, int count, int peer) {
    MPI_Recv(bytes, count, MPI_BYTE, peer, vae_mpi_bytes, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
}
