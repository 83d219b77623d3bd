// The parts of libc that the Swift sources use, under one module name on every platform
// (hosted Linux and Embedded Swift for ARM64 boards), and what Swift cannot say about them.
#ifndef CSYSTEM_H
#define CSYSTEM_H

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/// Number of command-line words, the program's name included.
int system_argument_count(void);
/// The command-line words, as `main` received them; valid for the life of the process.
char *const *system_arguments(void);

/// Opens with O_CLOEXEC (`open` is variadic, which Swift does not import). Returns -1 and sets errno on failure.
int system_open(const char *path, int flags, unsigned mode);

/// Opens a new file in a folder that has no name there. Returns -1 where that fails, or the folder's file system has no such files.
int system_open_unnamed(const char *folder);

/// write(2) under a name that Swift code can use beside its own `write` methods.
static inline long long system_write(int descriptor, const void *bytes, size_t count) {
    return write(descriptor, bytes, count);
}

/// read(2), likewise.
static inline long long system_read(int descriptor, void *bytes, size_t count) {
    return read(descriptor, bytes, count);
}

/// Opens a folder, reads the name of its next entry, and closes it; NULL where there is none, with errno 0 at the end. A name
/// is valid until the next call.
void *system_open_folder(const char *path);
const char *system_next_name(void *folder);
void system_close_folder(void *folder);

/// pread(2) and pwrite(2) at an offset of 64 bits.
static inline long long system_read_at(int descriptor, void *bytes, size_t count, long long offset) {
    return pread(descriptor, bytes, count, (off_t)offset);
}
static inline long long system_write_at(int descriptor, const void *bytes, size_t count, long long offset) {
    return pwrite(descriptor, bytes, count, (off_t)offset);
}

/// Lets the system begin to read bytes of a file that are wanted soon.
static inline void system_will_read(int descriptor, long long offset, long long count) {
    (void)posix_fadvise(descriptor, (off_t)offset, (off_t)count, POSIX_FADV_WILLNEED);
}

/// Brings a file's bytes onto the disk and forgets them in memory; 0, or -1 with errno.
int system_settle(int descriptor);

/// Takes the disk's room for a file of so many bytes, which then reads as zeros; 0, or an errno: EOPNOTSUPP where the
/// file system cannot.
int system_reserve(int descriptor, long long count);

/// Takes the lock of an open file, which ends with the process; returns 0 where another has it.
int system_lock(int descriptor);

/// Another descriptor, with O_CLOEXEC, of the same open file, whose lock both hold; -1 on failure.
int system_duplicate(int descriptor);

/// The calling thread's errno, which is a macro in C.
int system_errno(void);

/// Whether `mode` is that of a directory, a regular file or a pipe (S_ISDIR ... are macros in C).
static inline int system_is_directory(unsigned mode) { return S_ISDIR(mode); }
static inline int system_is_regular(unsigned mode) { return S_ISREG(mode); }
static inline int system_is_pipe(unsigned mode) { return S_ISFIFO(mode); }

/// Columns of the terminal behind `descriptor`, or 0 when it is none.
int system_terminal_columns(int descriptor);

/// Does nothing with a value, which the compiler cannot know: keeps measured loops from being dropped.
void system_consume(long long value);

/// Seconds of a clock that never goes back.
double system_monotonic_seconds(void);

/// Seconds since 1970.
long long system_unix_seconds(void);

/// Waits for so many seconds, or until a signal arrives.
void system_sleep(double seconds);

/// Formats `value` with `digits` decimals ("%.*f") or significant digits ("%.*g"); returns the length.
int system_format_fixed(char *buffer, size_t size, double value, int digits);
int system_format_general(char *buffer, size_t size, double value, int digits);

/// Parses a decimal number that must span all of `text`; returns 0 and leaves `value` when it does not.
int system_parse_double(const char *text, double *value);

/// Calls sched_getaffinity: the number of processors this process may run on, at least 1.
int system_processor_count(void);

/// Peak resident memory of this process in bytes: VmHWM of /proc/self/status, or getrusage where there is no /proc.
long long system_peak_resident_bytes(void);

/// Makes the peak start anew from what is resident now; returns 0 where the system cannot.
int system_reset_peak(void);

/// Resident memory of this process now, in bytes; its peak where there is no /proc.
long long system_resident_bytes(void);
/// The machine's memory in bytes.
long long system_total_bytes(void);

/// Whether a folder's files are kept in memory (tmpfs, ramfs); 0 where the system does not tell.
int system_is_in_memory(const char *folder);

/// The limits of `ulimit -v` and `ulimit -d` in bytes, LLONG_MAX where there is none.
long long system_address_limit(void);
long long system_data_limit(void);
/// Whether the process could map so many bytes now; `kind` is PROT_NONE for address space alone, or PROT_WRITE.
int system_can_map(size_t size, int kind);

/// The path by which the program was started, where the system tells; else NULL.
const char *system_program_path(void);

/// pthread_create with a stack of so many bytes.
int system_start_thread(pthread_t *thread, size_t stack, void *(*body)(void *), void *argument);

/// Lets freed blocks above 64 KiB go back to the system at once, and all threads share one heap.
void system_trim_heap(void);

/// getopt's global state, which Swift takes for a data race: the next index, the value, the wrong letter.
/// `system_getopt_restart` begins a new scan that prints nothing.
static inline void system_getopt_restart(void) {
    optind = 0;
    opterr = 0;
}
static inline int system_getopt_index(void) { return optind; }
static inline const char *system_getopt_value(void) { return optarg; }
static inline int system_getopt_letter(void) { return optopt; }

/// Lets SIGINT, SIGTERM and SIGHUP set a flag once; the second one of a kind ends the process. A signal that is
/// ignored already (nohup) stays ignored. Ignores SIGPIPE and SIGXFSZ, which become errors of write.
void system_catch_signals(void);
/// Whether one of the three has arrived since.
int system_interrupt_requested(void);

/// Starts this program again with other words (the program's name first, NULL last), standard output and errors in files, and
/// no input. Its niceness is higher by `niceness`; it is killed when this process ends. Before it begins it brings the file
/// `flushed`, unless that is NULL, onto the disk, for which this process does not wait. Returns the child, -1 on failure.
int system_spawn(char *const *words, const char *output, const char *errors, const char *flushed, int niceness);
/// What a status of waitpid says: an exit code, or -1 with the signal in `signal` (macros in C).
static inline int system_exit_code(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : -1; }
static inline int system_end_signal(int status) { return WIFSIGNALED(status) ? WTERMSIG(status) : 0; }

/// Maps `size` bytes of zeroed memory, or of the file behind `descriptor` (read-only); NULL on failure
/// (MAP_FAILED is a cast in C, which Swift does not import). Given back with munmap.
static inline void *system_map_memory(size_t size) {
    void *address = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return address == MAP_FAILED ? NULL : address;
}
static inline void *system_map_file(int descriptor, size_t size) {
    void *address = mmap(NULL, size, PROT_READ, MAP_PRIVATE, descriptor, 0);
    return address == MAP_FAILED ? NULL : address;
}

/// Tells the processor that the calling thread is polling.
static inline void system_spin_pause(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

#endif
