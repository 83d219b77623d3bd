// The dot products of baseline ARMv8-A: a tile of 2 pixels x 16 channels.
#ifndef QV_DOT_NEON_H
#define QV_DOT_NEON_H

#include "tiles_arm.h"

// Bytes are shifted by 128 (xor 0x80) to become signed: an activation misses 128 times its weight, a
// gradient, stored as h + 128, becomes h.
#define QV_DOT qv_dot_tile__neon
#define QV_DOT_ROWS(sum, MR, rows, ...) QV_DOT(sum, MR, (rows)[0], __VA_ARGS__)
#define QV_ACTIVATION_SHIFT 128
#define QV_GRADIENT_SHIFT 0

// Two products of bytes fit into an Int16 lane (2 * 128 * 127 < 2^15), so SMULL and SMLAL are followed by
// one SADALP into Int32. The loop is written out because the Cortex-A53 issues in order, one vector
// instruction per cycle with results six cycles later: the order of the instructions is its speed, and
// compilers do not find it.
//
// A batch is four products of 16 weight bytes (4 channels x 4 k): two pixels, low and high half. The SMULLs
// of the next batch stand between the SMLALs and SADALPs of one, so that whatever depends on an instruction
// comes at least six later; three pairs of product registers take turns. Eight batches make 16 k. Scalar
// instructions stand together where a pause is due anyway, because each group of them delays the vector
// instruction that follows.
//
// v16-v21  products, in pairs
// v22-v25  weights of two batches: even groups of 4 k in v22, v23, odd ones in v24, v25
// v26-v29  a group of 4 k of a pixel, repeated: even groups of pixels 0 and 1, odd groups of pixels 0 and 1
// v30, v31 16 k of pixels 0 and 1
// x8-x15   the weights of batches 0 and 1, 2 and 3, ...: even groups x8, x10, ..., odd groups x9, x11, ...
#define QV_MULTIPLY_PIXEL0(low, high, even) \
    "smull  " low ".8h, " even ".8b, v26.8b \n" \
    "smull2 " high ".8h, " even ".16b, v26.16b \n"
#define QV_MULTIPLY_PIXEL1(low, high, even) \
    "smull  " low ".8h, " even ".8b, v27.8b \n" \
    "smull2 " high ".8h, " even ".16b, v27.16b \n"
#define QV_ADD_PRODUCTS(t0, t1, t2, t3, odd) \
    "smlal  " t0 ".8h, " odd ".8b, v28.8b \n" \
    "smlal2 " t1 ".8h, " odd ".16b, v28.16b \n" \
    "smlal  " t2 ".8h, " odd ".8b, v29.8b \n" \
    "smlal2 " t3 ".8h, " odd ".16b, v29.16b \n"
#define QV_ACCUMULATE(sum0, t0, sum1, t1) \
    "sadalp %[" sum0 "].4s, " t0 ".8h \n" \
    "sadalp %[" sum1 "].4s, " t1 ".8h \n"

// Finishes the batch in t0-t3 and multiplies the next one, into n0, n1, t0, t1.
#define QV_BATCH(j, t0, t1, t2, t3, odd, n0, n1, next_even, after_smlal, after_smull) \
    QV_ADD_PRODUCTS(t0, t1, t2, t3, odd)                                              \
    after_smlal                                                                       \
    QV_MULTIPLY_PIXEL0(n0, n1, next_even)                                             \
    QV_ACCUMULATE("s" j "00", t0, "s" j "01", t1)                                     \
    QV_MULTIPLY_PIXEL1(t0, t1, next_even)                                             \
    after_smull                                                                       \
    QV_ACCUMULATE("s" j "10", t2, "s" j "11", t3)

/// Groups of 4 k lie `group` bytes apart; count is a multiple of 16. A tile of one pixel computes it twice.
QV_INLINE void qv_dot_tile__neon(int32x4_t sum[][4], const int MR, const uint8_t *pixels, int64_t stride,
                                 const int8_t *weights, int64_t group, int64_t count) {
    // Channels 4j...4j+3 of pixel i: two lanes each, the first two in acc[j][i][0], the others in
    // acc[j][i][1].
    int32x4_t acc[4][2][2];
    QV_UNROLL for (int j = 0; j < 4; j++) {
        QV_UNROLL for (int i = 0; i < 2; i++) acc[j][i][0] = acc[j][i][1] = vdupq_n_s32(0);
    }
    // A pass loads the first weights and the pixels of the next one. The last pass does not step on and
    // loads its own again: nothing behind them is read.
    int64_t passes = count / 16 - 1;
    int64_t step = passes > 0 ? 16 : 0;
    int64_t weight_step = step / 4 * group;
    __asm__(
        "ldr    q30, [%[pixels]] \n"
        "ldr    q31, [%[pixels], %[stride]] \n"
        "movi   v26.16b, #0x80 \n"
        "mov    x8, %[weights] \n"
        "add    x9, %[weights], %[group] \n"
        "add    x10, %[weights], #32 \n"
        "add    x11, x9, #32 \n"
        "add    x12, x9, %[group] \n"
        "add    x13, x12, %[group] \n"
        "add    x14, x12, #32 \n"
        "add    x15, x13, #32 \n"
        "ld1    {v22.16b, v23.16b}, [x8] \n"
        "ld1    {v24.16b, v25.16b}, [x9] \n"
        "eor    v30.16b, v30.16b, v26.16b \n"
        "eor    v31.16b, v31.16b, v26.16b \n"
        "dup    v26.4s, v30.s[0] \n"
        "dup    v27.4s, v31.s[0] \n"
        "dup    v28.4s, v30.s[1] \n"
        "dup    v29.4s, v31.s[1] \n"
        ".Lqv_dot_neon_%=: \n"
        QV_MULTIPLY_PIXEL0("v16", "v17", "v22")
        QV_MULTIPLY_PIXEL1("v18", "v19", "v22")
        "add    %[pixels], %[pixels], %[step] \n"
        "add    x8, x8, %[weight_step] \n"
        "add    x9, x9, %[weight_step] \n"
        QV_BATCH("0", "v16", "v17", "v18", "v19", "v24", "v20", "v21", "v23",
                 "",
                 "ld1 {v22.16b, v23.16b}, [x10] \n")
        QV_BATCH("1", "v20", "v21", "v16", "v17", "v25", "v18", "v19", "v22",
                 "ld1 {v24.16b, v25.16b}, [x11] \n",
                 "")
        QV_BATCH("2", "v18", "v19", "v20", "v21", "v24", "v16", "v17", "v23",
                 "",
                 "ld1 {v22.16b, v23.16b}, [x12] \n"
                 "dup v26.4s, v30.s[2] \n"
                 "dup v27.4s, v31.s[2] \n")
        QV_BATCH("3", "v16", "v17", "v18", "v19", "v25", "v20", "v21", "v22",
                 "ld1 {v24.16b, v25.16b}, [x13] \n"
                 "dup v28.4s, v30.s[3] \n"
                 "dup v29.4s, v31.s[3] \n",
                 "")
        QV_BATCH("0", "v20", "v21", "v16", "v17", "v24", "v18", "v19", "v23",
                 "",
                 "ld1 {v22.16b, v23.16b}, [x14] \n")
        QV_BATCH("1", "v18", "v19", "v20", "v21", "v25", "v16", "v17", "v22",
                 "ld1 {v24.16b, v25.16b}, [x15] \n",
                 "")
        QV_BATCH("2", "v16", "v17", "v18", "v19", "v24", "v20", "v21", "v23",
                 "",
                 "ldr  q30, [%[pixels]] \n"
                 "add  x12, x12, %[pass] \n"
                 "ldr  q31, [%[pixels], %[stride]] \n"
                 "add  x13, x13, %[pass] \n"
                 "add  x14, x14, %[pass] \n"
                 "add  x15, x15, %[pass] \n"
                 "subs %[passes], %[passes], #1 \n"
                 "movi v26.16b, #0x80 \n"
                 "ld1  {v22.16b, v23.16b}, [x8] \n")
        QV_ADD_PRODUCTS("v20", "v21", "v16", "v17", "v25")
        "eor    v30.16b, v30.16b, v26.16b \n"
        "eor    v31.16b, v31.16b, v26.16b \n"
        "ld1    {v24.16b, v25.16b}, [x9] \n"
        QV_ACCUMULATE("s300", "v20", "s301", "v21")
        QV_ACCUMULATE("s310", "v16", "s311", "v17")
        "dup    v26.4s, v30.s[0] \n"
        "dup    v27.4s, v31.s[0] \n"
        "dup    v28.4s, v30.s[1] \n"
        "dup    v29.4s, v31.s[1] \n"
        "add    x10, x10, %[pass] \n"
        "add    x11, x11, %[pass] \n"
        "b.gt   .Lqv_dot_neon_%= \n"
        "mov    %[step], xzr \n"
        "mov    %[weight_step], xzr \n"
        "b.eq   .Lqv_dot_neon_%= \n"
        : [s000] "+w"(acc[0][0][0]), [s001] "+w"(acc[0][0][1]),
          [s010] "+w"(acc[0][1][0]), [s011] "+w"(acc[0][1][1]),
          [s100] "+w"(acc[1][0][0]), [s101] "+w"(acc[1][0][1]),
          [s110] "+w"(acc[1][1][0]), [s111] "+w"(acc[1][1][1]),
          [s200] "+w"(acc[2][0][0]), [s201] "+w"(acc[2][0][1]),
          [s210] "+w"(acc[2][1][0]), [s211] "+w"(acc[2][1][1]),
          [s300] "+w"(acc[3][0][0]), [s301] "+w"(acc[3][0][1]),
          [s310] "+w"(acc[3][1][0]), [s311] "+w"(acc[3][1][1]),
          [pixels] "+&r"(pixels), [passes] "+&r"(passes), [step] "+&r"(step),
          [weight_step] "+&r"(weight_step)
        : [weights] "r"(weights), [group] "r"(group), [pass] "r"(4 * group), [stride] "r"((MR - 1) * stride)
        : "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15", "v16", "v17", "v18", "v19", "v20", "v21",
          "v22", "v23", "v24", "v25", "v26", "v27", "v28", "v29", "v30", "v31", "cc", "memory");
    QV_UNROLL for (int i = 0; i < MR; i++) {
        QV_UNROLL for (int j = 0; j < 4; j++)
            sum[i][j] = vaddq_s32(sum[i][j], vpaddq_s32(acc[j][i][0], acc[j][i][1]));
    }
}

#undef QV_MULTIPLY_PIXEL0
#undef QV_MULTIPLY_PIXEL1
#undef QV_ADD_PRODUCTS
#undef QV_ACCUMULATE
#undef QV_BATCH

#endif
