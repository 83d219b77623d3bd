// What the forward convolution in tiles moves between the second-level cache and memory: four threads, each with a block
// of tiles of its own as QuantVGG works on it, one line of 64 bytes after the other. Caches are write-back, replaced by
// age; a line that is written is read before. No prefetching, no time.
//
// clang -O2 -o memory_traffic memory_traffic.c && ./memory_traffic
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../Sources/CQuantKernels/include/CQuantKernels.h"

enum { THREADS = 4, DERIVED = 64, LINE = 64, TURN = 16, L1_BYTES = 32 << 10, L1_WAYS = 4, L2_WAYS = 16 };

/// From one part of derived weights to the next.
#define WEIGHTS(K) (QV_PANEL * (K) + 32)

typedef struct {
    uint64_t tag[L2_WAYS];  // line + 1, the youngest first
    uint8_t dirty[L2_WAYS];
} cache_set;
typedef struct {
    cache_set *sets;
    uint64_t count;
    int ways;
} cache;

static cache make_cache(uint64_t bytes, int ways) {
    const uint64_t count = bytes / LINE / (uint64_t)ways;
    return (cache){calloc(count, sizeof(cache_set)), count, ways};
}

/// Whether the line was there; it is the youngest afterwards. `evicted` is a dirty line + 1 that it took the place of.
static int touch(cache *c, uint64_t line, int writes, uint64_t *evicted) {
    cache_set *set = &c->sets[line % c->count];
    int way = 0;
    while (way < c->ways && set->tag[way] != line + 1) way++;
    const int hit = way < c->ways;
    if (!hit) way = c->ways - 1;
    *evicted = !hit && set->dirty[way] ? set->tag[way] : 0;
    const uint8_t dirty = (uint8_t)((hit && set->dirty[way]) || writes);
    memmove(set->tag + 1, set->tag, (size_t)way * sizeof *set->tag);
    memmove(set->dirty + 1, set->dirty, (size_t)way);
    set->tag[0] = line + 1;
    set->dirty[0] = dirty;
    return hit;
}

/// What a thread touches, in order: 2 * line + whether it is written.
typedef struct {
    uint64_t *steps;
    size_t count, room;
} trace;

static void add(trace *t, uint64_t address, int64_t bytes, int writes) {
    for (uint64_t line = address / LINE; line <= (address + (uint64_t)bytes - 1) / LINE; line++) {
        if (t->count == t->room) t->steps = realloc(t->steps, (t->room = 2 * t->room + 4096) * sizeof *t->steps);
        t->steps[t->count++] = 2 * line + (uint64_t)writes;
    }
}

/// A block of T tiles from its pixels to its results; weights are derived for DERIVED channels and `rows` rows of parts
/// at once.
static void make_block(trace *t, int thread, int64_t K, int64_t T, int rows) {
    const int64_t derived = K < DERIVED ? K : DERIVED;
    const uint64_t own = (uint64_t)(thread + 1) << 32;
    const uint64_t V = own, U = V + (uint64_t)(2 * qv_tile_pixels_count(T, K));
    const uint64_t M = U + (uint64_t)(2 * QV_TILE_PARTS * WEIGHTS(derived));
    const uint64_t input = own + (1u << 30), output = own + (2u << 30), weights = 1 << 20;
    for (int64_t i = 0; i < T; i++) {
        for (int64_t k = 0; k < K; k += 32) {
            for (int y = 0; y < 6; y++)
                for (int x = 0; x < 6; x++)
                    add(t, input + (uint64_t)(((y * 4096) + 4 * i + x) * K + k), 32, 0);
            for (int part = 0; part < QV_TILE_PARTS; part++)
                add(t, V + (uint64_t)(2 * (part * QV_TILE_PIXELS(T, K) + k * T + 32 * i)), 64, 1);
        }
    }
    for (int64_t panel = 0; panel < K / QV_PANEL; panel++) {
        for (int row = 0; row < 6; row += rows) {
            // The outer rows of parts need one row of the filters.
            const int taps = rows == 1 && row == 0 ? 3 : 9, first_tap = rows == 1 && row == 5 ? 6 : 0;
            for (int64_t first = 0; first < K; first += derived) {
                for (int64_t k = first; k < first + derived; k += 4) {
                    for (int tap = first_tap; tap < taps; tap++)
                        add(t, weights + (uint64_t)((panel * 9 * K + tap * K + k) * QV_PANEL), 4 * QV_PANEL, 0);
                    for (int part = 0; part < 6 * rows; part++)
                        add(t, U + (uint64_t)(2 * (part * WEIGHTS(derived) + (k - first) * QV_PANEL)), 256, 1);
                }
                for (int part = 0; part < 6 * rows; part++) {
                    const int64_t pixels = (6 * row + part) * QV_TILE_PIXELS(T, K) + first * T;
                    add(t, U + (uint64_t)(2 * part * WEIGHTS(derived)), 2 * QV_PANEL * derived, 0);
                    add(t, V + (uint64_t)(2 * pixels), 2 * T * derived, 0);
                    add(t, M + (uint64_t)(4 * (6 * row + part) * QV_TILE_SUMS(T)), 4 * T * QV_PANEL, 1);
                }
            }
        }
        for (int64_t i = 0; i < T; i++) {
            for (int part = 0; part < QV_TILE_PARTS; part++)
                add(t, M + (uint64_t)(4 * (part * QV_TILE_SUMS(T) + i * QV_PANEL)), 4 * QV_PANEL, 0);
            for (int y = 0; y < 4; y++)
                for (int x = 0; x < 4; x++)
                    add(t, output + (uint64_t)((y * 4096 + 4 * i + x) * K + panel * QV_PANEL), QV_PANEL, 1);
        }
    }
}

/// Lines that are read from or written to memory, per 1000 multiply-accumulates of the direct convolution.
static double traffic(int64_t K, int64_t T, int rows, uint64_t l2_bytes) {
    trace traces[THREADS] = {{0}};
    cache l1[THREADS], l2 = make_cache(l2_bytes, L2_WAYS);
    for (int i = 0; i < THREADS; i++) {
        l1[i] = make_cache(L1_BYTES, L1_WAYS);
        make_block(&traces[i], i, K, T, rows);
    }
    int64_t lines = 0;
    for (size_t at = 0; at < traces[0].count; at += TURN) {
        for (int i = 0; i < THREADS; i++) {
            for (size_t step = at; step < at + TURN && step < traces[i].count; step++) {
                uint64_t evicted, further;
                const uint64_t line = traces[i].steps[step] / 2;
                if (touch(&l1[i], line, (int)(traces[i].steps[step] % 2), &evicted)) continue;
                if (evicted && !touch(&l2, evicted - 1, 1, &further)) lines += 1 + (further != 0);
                if (!touch(&l2, line, 0, &further)) lines += 1 + (further != 0);
            }
        }
    }
    for (int i = 0; i < THREADS; i++) {
        free(traces[i].steps);
        free(l1[i].sets);
    }
    free(l2.sets);
    return 1000.0 * (double)lines / (double)(THREADS * 144 * T * K * K);
}

int main(void) {
    static const int64_t tiles[] = {8, 12, 24, 48};
    printf("lines of memory per 1000 MAC, four threads\n%-6s %-13s %5s", "L2", "rows of parts", "tiles");
    for (int64_t K = 64; K <= 512; K *= 2) printf(" K=%-4d", (int)K);
    printf("\n");
    for (uint64_t l2 = 512 << 10; l2 <= 1024 << 10; l2 *= 2)
        for (int rows = 6; rows >= 1; rows -= 5)
            for (size_t i = 0; i < sizeof tiles / sizeof *tiles; i++) {
                printf("%-6d %-13d %5d", (int)(l2 >> 10), rows, (int)tiles[i]);
                for (int64_t K = 64; K <= 512; K *= 2) printf(" %-6.2f", traffic(K, tiles[i], rows, l2));
                printf("\n");
            }
    return 0;
}
