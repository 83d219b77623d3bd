#define _GNU_SOURCE  // pipe2
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "reader.h"

static int output = -1;

void reader_fail(void) { _exit(MODELFILE_UNREADABLE); }

size_t reader_count(size_t rank, const uint64_t *dimensions) {
    size_t count = 1;
    for (size_t i = 0; i < rank; i++) {
        if (dimensions[i] == 0) return 0;
        if (dimensions[i] > MODELFILE_LARGEST_ARRAY / count) return SIZE_MAX;
        count *= dimensions[i];
    }
    return count;
}

static void send_bytes(const void *bytes, size_t count) {
    const char *next = bytes;
    while (count > 0) {
        ssize_t sent = write(output, next, count);
        if (sent < 0 && errno == EINTR) continue;
        if (sent <= 0) _exit(MODELFILE_UNREADABLE);
        next += sent;
        count -= (size_t)sent;
    }
}

void reader_send(const char *name, size_t rank, const uint64_t *dimensions, modelfile_content content,
                 const float *values) {
    size_t length = strlen(name);
    if (length > MODELFILE_LONGEST_NAME || rank > MODELFILE_HIGHEST_RANK) return;
    modelfile_header header = {
        .magic = MODELFILE_MAGIC,
        .name_length = (uint32_t)length,
        .rank = (uint32_t)rank,
        .content = content,
    };
    memcpy(header.dimensions, dimensions, rank * sizeof *dimensions);
    send_bytes(&header, sizeof header);
    send_bytes(name, length);
    if (content == MODELFILE_VALUES) send_bytes(values, reader_count(rank, dimensions) * sizeof *values);
}

// Address space in use: the first number of statm, in pages. A fork starts with all of its parent's.
static uint64_t address_space(void) {
    unsigned long long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (!file) return 0;
    if (fscanf(file, "%llu", &pages) != 1) pages = 0;
    fclose(file);
    return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static void limit(int resource, uint64_t value) {
    struct rlimit limits = {.rlim_cur = value, .rlim_max = value};
    setrlimit(resource, &limits);
}

// Leaves the standard streams, which lead nowhere, and the pipe. What a fork has of its parent's would stay open as
// long as it runs: with the pipe of another child, whoever reads that one waits for both.
static int close_others(int pipe) {
    int null = open("/dev/null", O_RDWR);
    // The pipe may be one of the three, should those have been closed.
    pipe = fcntl(pipe, F_DUPFD, 3);
    for (int stream = 0; stream < 3; stream++) dup2(null, stream);
    dup2(pipe, 3);
#ifdef SYS_close_range
    syscall(SYS_close_range, 4u, ~0u, 0u);
#endif
    return 3;
}

static void confine(int seconds, uint64_t bytes) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    static const int signals[] = {SIGINT, SIGTERM, SIGPIPE, SIGXCPU, SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL};
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) signal(signals[i], SIG_DFL);
    uint64_t used = address_space();
    if (used > 0) limit(RLIMIT_AS, used + bytes);
    limit(RLIMIT_CPU, (uint64_t)seconds);
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_FSIZE, 0);
}

_Noreturn void modelfile_send(modelfile_format format, const char *path, uint64_t start, uint64_t count, int descriptor) {
    output = descriptor;
    if (format == MODELFILE_MATLAB) {
        read_matlab(path);
    } else {
        read_hdf5(path, start, count);
    }
    _exit(MODELFILE_DONE);
}

int modelfile_start(modelfile_format format, const char *path, uint64_t start, uint64_t count, int seconds,
                    uint64_t bytes, modelfile_child *child) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return -1;
    pid_t process = fork();
    if (process < 0) {
        int error = errno;
        close(ends[0]);
        close(ends[1]);
        errno = error;
        return -1;
    }
    if (process == 0) {
        int descriptor = close_others(ends[1]);
        confine(seconds, bytes);
        modelfile_send(format, path, start, count, descriptor);
    }
    close(ends[1]);
    *child = (modelfile_child){.descriptor = ends[0], .process = process};
    return 0;
}

int modelfile_read(int descriptor, void *bytes, size_t count) {
    char *next = bytes;
    while (count > 0) {
        ssize_t got = read(descriptor, next, count);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return 0;
        next += got;
        count -= (size_t)got;
    }
    return 1;
}

modelfile_result modelfile_finish(modelfile_child child, int stop) {
    int status = 0;
    if (stop) kill(child.process, SIGKILL);
    close(child.descriptor);
    while (waitpid(child.process, &status, 0) < 0) {
        if (errno != EINTR) return MODELFILE_KILLED;
    }
    if (WIFEXITED(status)) return WEXITSTATUS(status) == MODELFILE_DONE ? MODELFILE_DONE : MODELFILE_UNREADABLE;
    return WTERMSIG(status) == SIGXCPU ? MODELFILE_TOO_LONG : MODELFILE_KILLED;
}
