#define _GNU_SOURCE
#include "CSystem.h"

#include <dirent.h>
#include <sys/auxv.h>
#include <sys/file.h>
#include <sys/statfs.h>
#include <sys/sysinfo.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif

static int saved_count;
static char *const *saved_arguments;

// glibc passes main's arguments to constructors, in static and dynamic executables alike.
__attribute__((constructor)) static void save_arguments(int count, char **arguments, char **environment) {
    (void)environment;
    saved_count = count;
    saved_arguments = arguments;
}

int system_argument_count(void) { return saved_count; }

char *const *system_arguments(void) { return saved_arguments; }

int system_open(const char *path, int flags, unsigned mode) { return open(path, flags | O_CLOEXEC, (mode_t)mode); }

int system_open_unnamed(const char *folder) { return open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, (mode_t)0600); }

void *system_open_folder(const char *path) { return opendir(path); }

const char *system_next_name(void *folder) {
    errno = 0;
    struct dirent *entry = readdir(folder);
    return entry ? entry->d_name : NULL;
}

void system_close_folder(void *folder) { closedir(folder); }

_Static_assert(sizeof(off_t) == 8, "files of 4 GiB and more");

int system_reserve(int descriptor, long long count) {
    int result;
    do {
        result = fallocate(descriptor, 0, 0, count);
    } while (result != 0 && errno == EINTR);
    return result == 0 ? 0 : errno == ENOSYS || errno == EINVAL ? EOPNOTSUPP : errno;
}

int system_settle(int descriptor) {
    if (fdatasync(descriptor) != 0) return -1;
    (void)posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED);
    return 0;
}

int system_lock(int descriptor) { return flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK; }

int system_duplicate(int descriptor) { return fcntl(descriptor, F_DUPFD_CLOEXEC, 0); }

int system_errno(void) { return errno; }

int system_terminal_columns(int descriptor) {
    if (!isatty(descriptor)) return 0;
    struct winsize size;
    if (ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
    return size.ws_col;
}

void system_consume(long long value) { (void)value; }

double system_monotonic_seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

long long system_unix_seconds(void) { return time(NULL); }

void system_sleep(double seconds) {
    struct timespec time = {(time_t)seconds, (long)(1e9 * (seconds - (double)(time_t)seconds))};
    nanosleep(&time, NULL);
}

int system_format_fixed(char *buffer, size_t size, double value, int digits) {
    return snprintf(buffer, size, "%.*f", digits, value);
}

int system_format_general(char *buffer, size_t size, double value, int digits) {
    return snprintf(buffer, size, "%.*g", digits, value);
}

int system_parse_double(const char *text, double *value) {
    if (*text == '\0' || *text == ' ') return 0;
    char *end;
    double parsed = strtod(text, &end);
    if (end == text || *end != '\0') return 0;
    *value = parsed;
    return 1;
}

int system_processor_count(void) {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
    int count = CPU_COUNT(&set);
    return count < 1 ? 1 : count;
}

// The number after `format`'s text in a file; -1 where there is none.
static long long read_number(const char *path, const char *format) {
    FILE *file = fopen(path, "re");
    if (!file) return -1;
    char line[256];
    long long number = -1;
    while (fgets(line, sizeof line, file))
        if (sscanf(line, format, &number) == 1) break;
    fclose(file);
    return number;
}

long long system_peak_resident_bytes(void) {
    long long kibibytes = read_number("/proc/self/status", "VmHWM: %lld");
    if (kibibytes >= 0) return kibibytes * 1024;
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (long long)usage.ru_maxrss * 1024;
}

long long system_resident_bytes(void) {
    long long kibibytes = read_number("/proc/self/status", "VmRSS: %lld");
    return kibibytes < 0 ? system_peak_resident_bytes() : kibibytes * 1024;
}

long long system_total_bytes(void) {
    struct sysinfo info;
    return sysinfo(&info) == 0 ? (long long)info.totalram * info.mem_unit : LLONG_MAX;
}

int system_is_in_memory(const char *folder) {
    // From linux/magic.h: TMPFS_MAGIC and RAMFS_MAGIC.
    struct statfs found;
    return statfs(folder, &found) == 0 && (found.f_type == 0x01021994 || (unsigned)found.f_type == 0x858458f6);
}

static long long limit_of(int resource) {
    struct rlimit limit;
    if (getrlimit((unsigned)resource, &limit) != 0 || limit.rlim_cur > LLONG_MAX) return LLONG_MAX;
    return (long long)limit.rlim_cur;
}

long long system_address_limit(void) { return limit_of(RLIMIT_AS); }

long long system_data_limit(void) { return limit_of(RLIMIT_DATA); }

int system_can_map(size_t size, int kind) {
    void *address = mmap(NULL, size, kind, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (address == MAP_FAILED) return 0;
    munmap(address, size);
    return 1;
}

const char *system_program_path(void) { return (const char *)getauxval(AT_EXECFN); }

int system_start_thread(pthread_t *thread, size_t stack, void *(*body)(void *), void *argument) {
    pthread_attr_t attributes;
    int status = pthread_attr_init(&attributes);
    if (status != 0) return status;
    pthread_attr_setstacksize(&attributes, stack);
    status = pthread_create(thread, &attributes, body, argument);
    pthread_attr_destroy(&attributes);
    return status;
}

void system_trim_heap(void) {
#ifdef __GLIBC__
    // A fixed threshold: by default it grows with every large block that is freed.
    mallopt(M_MMAP_THRESHOLD, 64 << 10);
    mallopt(M_TRIM_THRESHOLD, 128 << 10);
    mallopt(M_ARENA_MAX, 1);
#endif
}

static volatile sig_atomic_t interrupt_requested;

static void request_interrupt(int signal) {
    (void)signal;
    interrupt_requested = 1;
}

void system_catch_signals(void) {
    static const int stops[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction action, before;
    memset(&action, 0, sizeof action);
    sigemptyset(&action.sa_mask);
    action.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &action, NULL);
    sigaction(SIGXFSZ, &action, NULL);
    action.sa_handler = request_interrupt;
    action.sa_flags = (int)SA_RESETHAND;  // the second signal has its default action
    for (size_t i = 0; i < sizeof stops / sizeof *stops; i++) {
        const int known = sigaction(stops[i], NULL, &before) == 0;
        if (!known || before.sa_handler != SIG_IGN) sigaction(stops[i], &action, NULL);
    }
}

int system_interrupt_requested(void) { return interrupt_requested; }

int system_reset_peak(void) {
    const int descriptor = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);
    if (descriptor < 0) return 0;
    const int done = write(descriptor, "5", 1) == 1;
    close(descriptor);
    return done;
}
