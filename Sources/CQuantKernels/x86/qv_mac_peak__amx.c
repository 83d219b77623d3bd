#if defined(__x86_64__)
// The products alone, on four registers of sums.
#include "tiles_amx.h"

QV_TARGET_AMX int64_t qv_u8_mac_peak__amx(int64_t iterations) {
    qv_amx_sizes sizes = {.palette = 1};
    qv_amx_size(&sizes, 0, 8, QV_AMX_ROWS, 64);
    _tile_loadconfig(&sizes);
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
    _tile_zero(4);
    _tile_zero(5);
    _tile_zero(6);
    _tile_zero(7);
    for (int64_t n = 0; n < iterations; n++) {
        _tile_dpbusd(0, 4, 6);
        _tile_dpbusd(1, 4, 7);
        _tile_dpbusd(2, 5, 6);
        _tile_dpbusd(3, 5, 7);
    }
    _tile_release();
    return iterations * 4 * QV_AMX_ROWS * 16 * 64;
}
#else
typedef int qv_mac_peak__amx_is_empty;
#endif
