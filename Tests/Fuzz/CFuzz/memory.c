#include <sanitizer/allocator_interface.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "parts.h"

static atomic_llong live, peak;

static void count(const volatile void *block, size_t size) {
    (void)block;
    long long now = atomic_fetch_add(&live, (long long)size) + (long long)size;
    if (now > atomic_load(&peak)) atomic_store(&peak, now);
}

static void uncount(const volatile void *block) {
    if (block) atomic_fetch_sub(&live, (long long)__sanitizer_get_allocated_size(block));
}

void fuzz_begin(void) {
    __sanitizer_install_malloc_and_free_hooks(count, uncount);
    fuzz_prepare_children();
}

long long fuzz_live(void) { return atomic_load(&live); }
long long fuzz_peak(void) { return atomic_load(&peak); }
void fuzz_reset_peak(void) { atomic_store(&peak, atomic_load(&live)); }

double fuzz_seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

const char *fuzz_file(const uint8_t *bytes, size_t count) {
    static char path[512];
    static int descriptor = -1;
    if (descriptor < 0) {
        const char *folder = getenv("TMPDIR");
        snprintf(path, sizeof path, "%s/qstyle-fuzz-XXXXXX", folder ? folder : P_tmpdir);
        descriptor = mkstemp(path);
    }
    if (ftruncate(descriptor, 0) != 0 || pwrite(descriptor, bytes, count, 0) != (ssize_t)count) abort();
    return path;
}

// libFuzzer takes this section for counters of the code.
__attribute__((section("__libfuzzer_extra_counters"))) static uint8_t seen[4096];

void fuzz_saw(size_t hash) { seen[hash % sizeof seen] = 1; }

size_t LLVMFuzzerMutate(uint8_t *bytes, size_t count, size_t most);

size_t fuzz_mutate(uint8_t *bytes, size_t count, size_t most) { return LLVMFuzzerMutate(bytes, count, most); }
