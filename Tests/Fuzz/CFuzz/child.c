#define _GNU_SOURCE  // dladdr
#include <dlfcn.h>
#include <pthread.h>
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <unwind.h>

#include "parts.h"

// Exit codes beside those of modelfile_result.
enum { OURS = 99, LONGEST_SECONDS = 10 };

typedef enum { UNDECIDED, PROJECT, LIBRARY } culprit;

static int is_child;

// The first frame of the readers' or of a library tells whose the crash is; the C library and the sanitizers' own
// functions were called by one of them.
static _Unwind_Reason_Code look(struct _Unwind_Context *context, void *found) {
    void *place = (void *)_Unwind_GetIP(context);
    Dl_info info;
    if (dladdr(place, &info) && info.dli_fname && strstr(info.dli_fname, ".so")) {
        if (strstr(info.dli_fname, "/libc.so") || strstr(info.dli_fname, "/libgcc_s.so")) return _URC_NO_REASON;
        *(culprit *)found = LIBRARY;
        return _URC_END_OF_STACK;
    }
    char source[1024] = "";
    __sanitizer_symbolize_pc(place, "%s", source, sizeof source);
    if (!strstr(source, "/CModelFiles/")) return _URC_NO_REASON;
    *(culprit *)found = PROJECT;
    return _URC_END_OF_STACK;
}

static void judge(void) {
    culprit found = UNDECIDED;
    _Unwind_Backtrace(look, &found);
    if (found == LIBRARY) _exit(MODELFILE_KILLED);
}

// The address sanitizer calls it before it reports.
void __asan_on_error(void) {
    if (is_child) judge();
}

static void crashed(int number) {
    (void)number;
    judge();
    __sanitizer_print_stack_trace();
    _exit(OURS);
}

static void died(void) { _exit(OURS); }

// libFuzzer's own way to die would write the input once more.
static void enter_child(void) {
    is_child = 1;
    __sanitizer_set_death_callback(died);
}

// The counters of the code are shared, so that libFuzzer, and the report on coverage, see what a child has reached.
static void share(char *first, char *end) {
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    uintptr_t start = ((uintptr_t)first + page - 1) / page * page, stop = (uintptr_t)end / page * page;
    if (!first || start >= stop) return;
    void *copy = malloc(stop - start);
    if (!copy) abort();
    memcpy(copy, (void *)start, stop - start);
    if (mmap((void *)start, stop - start, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED | MAP_ANONYMOUS, -1, 0) == MAP_FAILED)
        abort();
    memcpy((void *)start, copy, stop - start);
    free(copy);
}

extern char __start___sancov_cntrs[] __attribute__((weak, visibility("hidden")));
extern char __stop___sancov_cntrs[] __attribute__((weak, visibility("hidden")));
extern char __start___llvm_prf_cnts[] __attribute__((weak, visibility("hidden")));
extern char __stop___llvm_prf_cnts[] __attribute__((weak, visibility("hidden")));

void fuzz_prepare_children(void) {
    share(__start___sancov_cntrs, __stop___sancov_cntrs);
    share(__start___llvm_prf_cnts, __stop___llvm_prf_cnts);
    pthread_atfork(NULL, NULL, enter_child);
}

static _Noreturn void be_child(modelfile_format format, const char *path, int descriptor) {
    static const int signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
    struct sigaction action = {.sa_handler = crashed, .sa_flags = SA_ONSTACK};
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) sigaction(signals[i], &action, NULL);
    signal(SIGXCPU, SIG_DFL);
    setrlimit(RLIMIT_CPU, &(struct rlimit){LONGEST_SECONDS, LONGEST_SECONDS});
    struct stat status;
    uint64_t count = stat(path, &status) == 0 ? (uint64_t)status.st_size : 0;
    modelfile_send(format, path, 0, count, descriptor);
}

fuzz_result fuzz_read_in_child(modelfile_format format, const char *path) {
    static char drain[1 << 16];
    int ends[2], status = 0;
    if (pipe(ends) != 0) abort();
    pid_t process = fork();
    if (process < 0) abort();
    if (process == 0) {
        close(ends[0]);
        be_child(format, path, ends[1]);
    }
    close(ends[1]);
    while (read(ends[0], drain, sizeof drain) > 0) continue;
    close(ends[0]);
    waitpid(process, &status, 0);
    if (!WIFEXITED(status)) return FUZZ_REFUSED;
    return WEXITSTATUS(status) == OURS ? FUZZ_CRASHED : WEXITSTATUS(status) == MODELFILE_DONE ? FUZZ_READ : FUZZ_REFUSED;
}

// Sizes that a library asks for without bound are refused, as the child's limit does; Scripts/fuzz says the rest.
const char *__asan_default_options(void) {
    return "allocator_may_return_null=1:max_allocation_size_mb=512:quarantine_size_mb=16:detect_leaks=0";
}
