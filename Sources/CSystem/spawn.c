#define _GNU_SOURCE
#include "CSystem.h"

#include <sys/prctl.h>
#include <sys/syscall.h>

static int open_as(int descriptor, const char *path, int flags) {
    const int opened = open(path, flags, 0600);
    if (opened < 0) return 0;
    if (opened == descriptor) return 1;
    const int done = dup2(opened, descriptor) == descriptor;
    close(opened);
    return done;
}

// fsync of a file or folder.
static int flush(const char *path) {
    const int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return 0;
    const int done = fsync(descriptor) == 0;
    close(descriptor);
    return done;
}

int system_spawn(char *const *words, const char *output, const char *errors, const char *flushed, int niceness) {
    const pid_t parent = getpid();
    const pid_t child = fork();
    if (child != 0) return child;
    // A service that is killed leaves nothing behind that works on.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(126);
    for (int number = 1; number < 32; number++) signal(number, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (!open_as(0, "/dev/null", O_RDONLY) || !open_as(1, output, O_WRONLY | O_CREAT | O_TRUNC) ||
        !open_as(2, errors, O_WRONLY | O_CREAT | O_TRUNC))
        _exit(126);
#ifdef SYS_close_range
    syscall(SYS_close_range, 3u, ~0u, 0u);
#endif
    if (flushed && !flush(flushed)) {
        static const char sentence[] = "qstyle: the file cannot be written to the disk\n";
        (void)!write(2, sentence, sizeof sentence - 1);
        _exit(1);
    }
    if (niceness) (void)!nice(niceness);
    execv("/proc/self/exe", words);
    _exit(127);
}
