// CQuantKernels: the micro-kernels of QuantVGG, one table per instruction set.
//
// The specification of every function below is the scalar Swift function of the same name in
// Sources/QuantVGG/Kernels/Scalar; each kernel equals it bit for bit. Kernels know one row and one panel;
// loops over rows, channels and layers, padding and packing belong to the caller.
//
// Letters     W pixels of the row that is written, K channels that are summed over, C channels of a row.
// Panel       QV_PANEL (32) neighbouring output channels. Packed weights and output blocks come in whole panels.
// Padded row  W + 2 pixels: pixel x of the image stands at index x + 1, the first and the last are padding.
// Layout      rows are [pixel][channel], channels adjacent.
// Ranges      K and C are positive multiples of 16, unless a function says otherwise, and at most QV_MOST_CHANNELS; W >= 1.
// Memory      exactly the bytes named are read and written; no pointer needs more than its type's alignment unless said.
//             Inputs and outputs do not overlap.
// Floats      IEEE 754 single precision, round to nearest even, subnormals kept. fma(a, b, c) is one rounding.
//             rne(x) is the nearest integer, ties to even.
//
// Checks      in debug builds every function begins with the check of its call's bounds, qv_check_<call>; see the end.
//
// Names       qv_<in>_<weights>_<op>[_<fused>]_<MR>x<NR>[c<K>]__<isa>, and the file is named after the function.
#ifndef CQUANTKERNELS_H
#define CQUANTKERNELS_H

#include <stdint.h>

#define QV_PANEL 32
/// Channels of the widest layer.
#define QV_MOST_CHANNELS 512
/// The most values of a position in a Gram matrix: a 3x3 patch of pixels.
#define QV_MOST_PATCH (9 * QV_MOST_CHANNELS)

#pragma clang assume_nonnull begin

// --- int8: convolutions ------------------------------------------------------------------------

/// One row of one panel of a 3x3 convolution with bias, requantization and ReLU.
///   acc[x][n] = bias[n] + sum over row r, tap i, channel k of rows[r][x + i][k] * w[r][i][k][n]      exact Int32
///   out[x][n] = rne(min(max(Float(acc) * multiplier[n], 0), 255))
///   bit n of mask[x] = acc > 0, the ReLU's mask: an activation that rounds to 0 still passes its gradient
typedef struct {
    const uint8_t *_Nonnull rows[3];      ///< [W+2][K] each: image rows y-1, y, y+1, zero point 0
    const int8_t *weights;       ///< [3 rows][3 taps][K/4][QV_PANEL][4], values in [-127, 127]; 64-byte aligned
    const int32_t *weight_sums;  ///< [QV_PANEL] sum of a channel's weights (for kernels that shift the input by 128)
    const int32_t *bias;         ///< [QV_PANEL], |bias| <= 2^30
    const float *multiplier;     ///< [QV_PANEL], finite, >= 0
    uint8_t *out;                ///< pixel x, channel n at out[x * out_stride + n]
    uint32_t *mask;              ///< pixel x at mask[x * mask_stride]
    int32_t width;               ///< W
    int32_t channels;            ///< K
    int32_t out_stride;          ///< bytes from one written pixel to the next, >= QV_PANEL
    int32_t mask_stride;         ///< words from one written pixel to the next, >= 1
} qv_u8_conv_forward;

/// One row of one panel of conv1_1: Int16 fixed-point RGB0 pixels, otherwise as qv_u8_conv_forward.
typedef struct {
    const int16_t *_Nonnull rows[3];   ///< [W+2][4] each: R, G, B, 0 in units of 1/64
    const int16_t *weights;   ///< [3 rows][6 pairs][QV_PANEL][2]: the 12 values of a row's 3 taps, two by two, in
                              ///< [-127, 127]; 64-byte aligned
    const int32_t *bias;      ///< [QV_PANEL], |bias| <= 2^30
    const float *multiplier;  ///< [QV_PANEL], finite, >= 0
    uint8_t *out;             ///< pixel x, channel n at out[x * out_stride + n]
    uint32_t *mask;           ///< pixel x at mask[x * mask_stride]
    int32_t width;
    int32_t out_stride;       ///< bytes, >= QV_PANEL
    int32_t mask_stride;      ///< words, >= 1
} qv_s16_conv_forward;

// The same convolution for tiles of 4 x 4 pixels by Winograd's minimal filtering F(4x4, 3x3) (Lavin and Gray,
// arXiv 1509.09308) on integers: 36 products for the 144 of a direct convolution. A tile's 6 x 6 pixels d and a
// filter's 3 x 3 weights g become 36 numbers each, whose products are summed over the channels and turned back:
//   V = B d B^T, U = G g G^T, M = sum over channels of V * U, one by one, A M A^T = 576 * sum       modulo 2^32
//   B   4  0 -5  0  1  0     G   6  0  0     A   1  1  1  1  1  0
//       0  4  4 -1 -1  0         4  4  4         0  1 -1  2 -2  0
//       0 -4  4  1 -1  0         4 -4  4         0  1  1  4  4  0
//       0 -2 -1  2  1  0         1  2  4         0  1 -1  8 -8  2
//       0  2 -1 -2  1  0         1 -2  4
//       0  4  0 -5  0  1         0  0 12
// (all factors of the usual A but one 2 stand in G and, where negative, in B). V and U are Int16: |V| <= 17340,
// |U| <= 18288. M and what follows wrap. 576 is 64 * 9; 9 has the inverse QV_NINTH modulo 2^32, and a shift by 6 bits
// gives the sum wherever it lies in -2^25 ..< 2^25: where an output channel's weights of either sign add up to
// QV_MOST_WEIGHTS at most.
//
// Tile i of a row of tiles has the pixels 4i ..< 4i + 4; nothing is written beyond the picture's edge. K is a multiple
// of QV_TILE_CHANNELS. A block of T tiles is worked on at once. Its 36 parts, 6 * row + column, lie as far apart as
// the macros say, a cache line more than they need: parts a power of two apart would share few places of the cache.
#define QV_NINTH 0x38e38e39
#define QV_MOST_WEIGHTS 131586  // (2^25 - 1) / 255
#define QV_TILE_PARTS 36
#define QV_TILE_CHANNELS 32
/// From one part to the next: pixels of T tiles, sums of T tiles.
#define QV_TILE_PIXELS(T, K) ((T) * (K) + QV_TILE_CHANNELS)
#define QV_TILE_SUMS(T) (QV_PANEL * (T) + 16)
/// Values of all parts.
static inline int64_t qv_tile_pixels_count(int64_t tiles, int64_t channels) {
    return QV_TILE_PARTS * QV_TILE_PIXELS(tiles, channels);
}
static inline int64_t qv_tile_sums_count(int64_t tiles) { return QV_TILE_PARTS * QV_TILE_SUMS(tiles); }

/// V of `count` neighbouring tiles of a block.
typedef struct {
    const uint8_t *_Nonnull rows[6];  ///< [W+2][K] each: image rows y-1 ... y+4
    int16_t *out;     ///< of the first of them: [36 parts][K / 32][T][32]; 64-byte aligned
    int32_t width;    ///< W
    int32_t channels; ///< K
    int32_t first;    ///< the first tile's place in its row of tiles
    int32_t count;    ///< >= 1
    int32_t tiles;    ///< T >= count
} qv_u8_tile_pixels;

/// M of a block and a panel, summed over all channels. U is derived on the way.
typedef struct {
    const int16_t *pixels;  ///< V; 64-byte aligned
    const int8_t *weights;  ///< as in qv_u8_conv_forward
    int32_t *sums;          ///< [36 parts][T][QV_PANEL]; 64-byte aligned
    int32_t channels;       ///< K
    int32_t tiles;          ///< T >= 1
} qv_s8_tile_products;

/// Up to four rows of one panel from M of `count` neighbouring tiles, each row as qv_u8_conv_forward makes it.
typedef struct {
    const int32_t *sums;         ///< M of the first of them: [36 parts][T][QV_PANEL]; 64-byte aligned
    const int32_t *bias;         ///< [QV_PANEL], |bias| <= 2^30
    const float *multiplier;     ///< [QV_PANEL], finite, >= 0
    uint8_t *_Nonnull out[4];    ///< rows y ... y+3: pixel x, channel n at out[x * out_stride + n]
    uint32_t *_Nonnull mask[4];  ///< rows y ... y+3: pixel x at mask[x * mask_stride]
    int32_t width;               ///< W
    int32_t rows;                ///< 1...4: rows that are written
    int32_t first, count;        ///< tiles, as in qv_u8_tile_pixels
    int32_t tiles;               ///< T >= count
    int32_t out_stride;          ///< bytes from one written pixel to the next, >= QV_PANEL
    int32_t mask_stride;         ///< words from one written pixel to the next, >= 1
} qv_s32_tile_requant;

/// Columns of the weights of a row of conv1_1's taps: three of each tap, and others that are not used.
#define QV_IMAGE_COLUMNS 16

/// A row of the image's gradient, of conv1_1's transposed convolution: from a quantized gradient, three colours.
///   dot[r][i][x][c] = sum over k of (rows[r][x + i][k] - 128) * w[r][i][k][c]                      exact Int32
///   out[3x + c] = acc after: acc = 0; for r in 0..<3, for i in 0..<3: acc = fma(scales[r][x + i], Float(dot), acc)
/// The weights of a row's three taps are columns, so that a pixel is multiplied once for the three pixels that it reaches.
typedef struct {
    const uint8_t *_Nonnull rows[3];      ///< [W+2][K] each: gradient rows y-1, y, y+1, stored as h + 128, h in [-127, 127]
    const float *_Nonnull scales[3];      ///< [W+2] each: the pixel's scale t, >= 0 or infinite; 0 where the pixel is padding
    const int8_t *weights;       ///< [3 rows][K/4][QV_IMAGE_COLUMNS][4]: column 3i + c, taps already mirrored, values in
                                 ///< [-127, 127], 0 from column 9 on; 64-byte aligned
    const int32_t *weight_sums;  ///< [3][QV_IMAGE_COLUMNS] sum over k of a column's weights
    float *out;                  ///< [W][3]
    int32_t width;
    int32_t channels;            ///< K
} qv_u8_image_gradient;

// The way back of all other layers is made in tiles of 4 x 4 pixels, whose sums over all taps are exact. The 6 x 6 pixels
// that a tile reads, its window, are brought to one scale before:
//   T = max of t over the window; q = rne(min(t * (32768 / T), 32767)) of each pixel, 0 where t * (32768 / T) is NaN:
//       a window's q are 0 where T is 0 or infinite
//   h' = (h * q + 16384) >> 15, for h = stored - 128: h itself where q is 32767, and |h'| <= 127
//   S[y][x][n] = sum over taps and channels of h' * w                                              exact Int32
//   out[y][x][n] = T * Float(S): not finite where T is infinite
// Pixels beyond the padded row, of the last tile, have t = 0. Where the absolute weights of a channel of the layer's
// input add up to QV_MOST_GRADIENT_WEIGHTS at most, |S| < 2^25, and V of h' (|V| <= 12700) and U of the mirrored weights
// give it as they do forward. K is a multiple of QV_TILE_CHANNELS.
#define QV_MOST_GRADIENT_WEIGHTS 264208  // (2^25 - 1) / 127

/// V and T of `count` neighbouring tiles of a block, of a stored gradient.
typedef struct {
    const uint8_t *_Nonnull rows[6];  ///< [W+2][K] each: gradient rows y-1 ... y+4, stored as h + 128, h in [-127, 127]
    const float *_Nonnull scales[6];  ///< [W+2] each: t, >= 0 or infinite; 0 where the pixel is padding
    int16_t *out;        ///< V of h' of the first of them: [36 parts][K / 32][T][32]; 64-byte aligned
    float *tile_scales;  ///< [count] T of each
    int32_t width;       ///< W
    int32_t channels;    ///< K
    int32_t first;       ///< the first tile's place in its row of tiles
    int32_t count;       ///< >= 1
    int32_t tiles;       ///< T of the block, >= count
} qv_u8_tile_gradients;

/// Bytes from one window to the next.
#define QV_WINDOW(K) (36 * (int64_t)(K))

/// h' of the windows of `count` neighbouring tiles, for dot products of bytes.
typedef struct {
    const uint8_t *_Nonnull rows[6];  ///< as in qv_u8_tile_gradients
    const float *_Nonnull scales[6];  ///< as in qv_u8_tile_gradients
    uint8_t *out;                     ///< [count][6 rows][6 pixels][K]: h' + 128
    float *tile_scales;               ///< [count] T of each
    int32_t width, channels, first, count;
} qv_u8_gradient_windows;

/// Up to four rows of one panel of the gradient from M of `count` neighbouring tiles.
typedef struct {
    const int32_t *sums;         ///< M of the first of them: [36 parts][T][QV_PANEL]; 64-byte aligned
    const float *tile_scales;    ///< [count] T of each, >= 0 or infinite
    float *_Nonnull out[4];      ///< rows y ... y+3 of the tiles: pixel x, channel n at out[x * out_stride + n]
    int32_t width;               ///< W
    int32_t top;                 ///< 0...3: the first row that is written; those before it lie outside of the picture
    int32_t rows;                ///< the row behind the last one that is written, > top, <= 4
    int32_t first, count;        ///< tiles, as in qv_u8_tile_gradients
    int32_t tiles;               ///< T of the block, >= count
    int32_t out_stride;          ///< floats from one written pixel to the next, >= QV_PANEL
} qv_s32_tile_gradient;

/// The same rows of one panel from the tiles' windows.
typedef struct {
    const uint8_t *windows;      ///< [count][6][6][K] of qv_u8_gradient_windows
    const float *tile_scales;    ///< [count] T of each, >= 0 or infinite
    const int8_t *weights;       ///< [3 rows][3 taps][K/4][QV_PANEL][4], taps already mirrored, values in [-127, 127];
                                 ///< 64-byte aligned
    const int32_t *weight_sums;  ///< [3][3][QV_PANEL] sum over k of a tap's weights; 128 times those of all taps is what
                                 ///< the shift by 128 adds
    float *_Nonnull out[4];      ///< as in qv_s32_tile_gradient
    int32_t width, channels;
    int32_t top, rows;           ///< as in qv_s32_tile_gradient
    int32_t first, count;        ///< tiles, as in qv_u8_gradient_windows
    int32_t out_stride;          ///< floats from one written pixel to the next, >= QV_PANEL
} qv_u8_window_gradient;

/// One panel of backward weights from the forward weights of the same layer: taps mirrored, channels exchanged.
typedef struct {
    const int8_t *forward;  ///< [outputs / 32][9 taps][inputs / 4][32 outputs][4 inputs]; 64-byte aligned
    int8_t *out;            ///< [9 taps][outputs / 4][32 inputs][4 outputs]; 64-byte aligned
    int32_t inputs;         ///< a multiple of 32, as K
    int32_t outputs;        ///< a multiple of 32, as K
    int32_t panel;          ///< first input channel of the panel / 32
} qv_s8_mirror_panel;

// --- int8: losses ------------------------------------------------------------------------------

/// Interleaves groups of 4 pixels for qv_u8_gram: out[p / 4][c][p % 4] = row[p][c]; missing pixels of the last group are 0.
typedef struct {
    const uint8_t *row;  ///< [W][C]
    uint8_t *out;        ///< [(W + 3) / 4][C][4]
    int32_t width;       ///< W
    int32_t channels;    ///< C, at most QV_MOST_PATCH
} qv_u8_interleave;

/// Adds one 8 x QV_PANEL block of the Gram matrix: sums[i * C + j] += sum over p of a[p][first + i] * a[p][panel + j].
typedef struct {
    const uint8_t *positions;  ///< [groups][C][4]
    int64_t *sums;             ///< element (first, panel) of a [C][C] matrix
    int32_t groups;            ///< 1...8192, so that an Int32 holds 4 * groups * 255 * 128
    int32_t channels;          ///< C, a multiple of QV_PANEL, at most QV_MOST_PATCH
    int32_t first;             ///< first of 8 rows, a multiple of 8
    int32_t panel;             ///< first of QV_PANEL columns, a multiple of QV_PANEL
} qv_u8_gram;

/// Adds one panel of the style gradient of a row: the symmetric C x C matrix times the pixel's activations.
///   hi, lo = sum over k of row[x][k] * high[k][n], ... * low[k][n]                                 exact Int32
///   out[x][n] = fma(scale[n], fma(Float(hi), 128, Float(lo)), out[x][n])
typedef struct {
    const uint8_t *row;         ///< [W][K]
    const int8_t *high, *low;   ///< [K/4][QV_PANEL][4] each, values in [-127, 127] and [-64, 64]
    const int32_t *high_sums;   ///< [QV_PANEL] sum over k of high
    const int32_t *low_sums;    ///< [QV_PANEL] sum over k of low
    const float *scale;         ///< [QV_PANEL], finite, or infinite where a row's high and low are 0
    float *out;                 ///< pixel x, channel n at out[x * out_stride + n]
    int32_t width, channels;
    int32_t out_stride;         ///< floats, >= QV_PANEL
} qv_u8_style_gradient;

/// Adds a row's squared differences, channel by channel: sums[c] += sum over x of (row[x][c] - target[x][c])^2, exact.
typedef struct {
    const uint8_t *row, *target;  ///< [W][C] each
    int64_t *sums;                ///< [C], >= 0
    int32_t width, channels;
} qv_u8_squared_difference;

/// Adds the content gradient of a row: out[x][c] = fma(factor[c], Float(Int32(row[x][c]) - Int32(target[x][c])), out[x][c])
typedef struct {
    const uint8_t *row, *target;  ///< [W][C] each
    const float *factor;          ///< [C], finite or infinite
    float *out;                   ///< [W][C]
    int32_t width, channels;
} qv_u8_content_gradient;

// --- int8: row by row --------------------------------------------------------------------------

/// out[4x + c] = rne(min(max(row[3x + c] * 64, -32768), 32767)) for c < 3, out[4x + 3] = 0
typedef struct {
    const float *row;  ///< [W][3] RGB minus mean
    int16_t *out;      ///< [W][4]
    int32_t width;
} qv_f32_quantize_image;

/// 2x2 pooling, stride 2: from two rows of at least 2W pixels to one of W.
///   average: s = a + b + c + d + e, out = s >> 2; e is 2 at x = 0, and s & 3 of the pixel before behind it
///   maximum: out = max(a, b, c, d)
typedef struct {
    const uint8_t *top, *bottom;  ///< [2W][C]
    uint8_t *out;                 ///< [W][C]
    int32_t width, channels;
} qv_u8_pool;

/// Masks a row's gradient by the ReLU, folds in the layer's weight scales, and quantizes it pixel by pixel.
///   g[c] = bit c % 32 of mask[x][c / 32] ? gradient[x][c] * weight_scale[c] : 0;  m = max over c of |g[c]|
///   m < 2^-100: t = 0, out = 128.  Otherwise t = m / 127, out[x][c] = 128 + rne(g[c] * (127 / m))
///   a g is not finite: t = infinity, out = 128, so that no pixel that it reaches on the way back has a finite gradient
typedef struct {
    const float *gradient;      ///< [W][C] dJ/dA
    const uint32_t *mask;       ///< [W][C / 32] the layer's ReLU mask; C is a multiple of 32
    const float *weight_scale;  ///< [C], finite, >= 0
    uint8_t *out;               ///< [W][C]
    float *scales;              ///< [W] t
    int32_t width, channels;
} qv_u8_quantize_gradient;

/// Adjoint of max pooling for one of the two rows of a window: n equal maxima take a share of Float32(1 / n) each.
/// Rounding makes maxima equal that were not, and which one was the largest is unknown.
/// Pixels of `out` that no window covers (the last of an odd width) become 0.
typedef struct {
    const uint8_t *top, *bottom;  ///< [width][C] activations before pooling
    const float *gradient;        ///< [width / 2][C]
    float *out;                   ///< [width][C]
    int32_t width, channels;
    int32_t is_bottom;            ///< 0 or 1: which of the two rows `out` is
} qv_u8_unpool_max;

/// Adjoint of average pooling: out[x][c] = x < 2 * (width / 2) ? 0.25 * gradient[x / 2][c] : 0
typedef struct {
    const float *gradient;  ///< [width / 2][C]
    float *out;             ///< [width][C]
    int32_t width, channels;
} qv_f32_unpool_average;

// --- float32 -----------------------------------------------------------------------------------

/// Dot products of a row with one panel; the one float kernel behind convolution (3 rows of 3K values), its adjoint
/// and the style gradient (1 row of K values).
///   acc = accumulate ? out[x][n] : start[n]
///   for r in 0..<row_count, j in 0..<length: acc = fma(rows[r][x * pixel_stride + j], weights[r][j][n], acc)
///   out[x][n] = relu ? (acc > 0 ? acc : 0) : acc
typedef struct {
    const float *_Nonnull rows[3];   ///< row_count of them, [(W - 1) * pixel_stride + length] each
    const float *weights;   ///< [row_count][length][QV_PANEL]
    const float *start;     ///< [QV_PANEL]; unused when accumulate is set
    float *out;             ///< pixel x, channel n at out[x * out_stride + n]
    int32_t row_count;      ///< 1 or 3
    int32_t length;         ///< >= 1, any
    int32_t pixel_stride;   ///< >= 1, any
    int32_t width;
    int32_t out_stride;     ///< floats, >= QV_PANEL
    int32_t relu, accumulate;  ///< 0 or 1
} qv_f32_dot;

/// Adds one 8 x QV_PANEL block of a row's Gram matrix: Float32 over the row, Float64 over rows.
///   acc = 0; for x in 0..<W: acc = fma(row[x][first + i], row[x][panel + j], acc);  sums[i * C + j] += Double(acc)
typedef struct {
    const float *row;  ///< [W][C]
    double *sums;      ///< element (first, panel) of a [C][C] matrix
    int32_t width;
    int32_t channels, first, panel;  ///< as in qv_u8_gram
} qv_f32_gram;

// --- the table ---------------------------------------------------------------------------------

/// One instruction set's kernels. The Swift side starts from its scalar functions and lets
/// qv_select_kernels overwrite what this machine can do faster.
typedef struct {
    void (*u8_conv_forward)(const qv_u8_conv_forward *);
    /// From how many rows of a row of tiles and tiles of a block on the next four are faster than u8_conv_forward; 0
    /// where they are not.
    int32_t least_tile_rows, least_tiles;
    /// Most tiles of a block, forward and back: a larger one would leave the second-level cache. 0 where there are none.
    int32_t most_tiles;
    void (*u8_tile_pixels)(const qv_u8_tile_pixels *);
    void (*s8_tile_products)(const qv_s8_tile_products *);
    void (*s32_tile_requant)(const qv_s32_tile_requant *);
    void (*s16_conv_forward)(const qv_s16_conv_forward *);
    void (*u8_image_gradient)(const qv_u8_image_gradient *);
    /// From how many tiles of a block on u8_tile_gradients, the products of tiles and s32_tile_gradient are faster than
    /// u8_gradient_windows and u8_window_gradient; 0 where they are not.
    int32_t least_gradient_tiles;
    void (*u8_tile_gradients)(const qv_u8_tile_gradients *);
    void (*s32_tile_gradient)(const qv_s32_tile_gradient *);
    void (*u8_gradient_windows)(const qv_u8_gradient_windows *);
    void (*u8_window_gradient)(const qv_u8_window_gradient *);
    void (*s8_mirror_panel)(const qv_s8_mirror_panel *);
    void (*u8_interleave)(const qv_u8_interleave *);
    void (*u8_gram)(const qv_u8_gram *);
    void (*u8_style_gradient)(const qv_u8_style_gradient *);
    void (*u8_squared_difference)(const qv_u8_squared_difference *);
    void (*u8_content_gradient)(const qv_u8_content_gradient *);
    void (*f32_quantize_image)(const qv_f32_quantize_image *);
    void (*u8_pool_average)(const qv_u8_pool *);
    void (*u8_pool_max)(const qv_u8_pool *);
    void (*u8_quantize_gradient)(const qv_u8_quantize_gradient *);
    void (*u8_unpool_max)(const qv_u8_unpool_max *);
    void (*f32_unpool_average)(const qv_f32_unpool_average *);
    void (*f32_dot)(const qv_f32_dot *);
    void (*f32_gram)(const qv_f32_gram *);
    /// Runs the multiply-accumulate instruction of u8_conv_forward (u8_mac_peak) and of f32_dot (f32_mac_peak)
    /// `iterations` times over independent registers, without memory; returns the multiply-accumulates done.
    int64_t (*u8_mac_peak)(int64_t iterations);
    int64_t (*f32_mac_peak)(int64_t iterations);
} qv_kernels;

/// Instruction sets, weakest first within an architecture.
typedef enum {
    QV_SCALAR = 0,
    QV_AVX2 = 1,
    QV_AVXVNNI = 2,
    QV_AVX512VNNI = 3,
    QV_AMX = 4,
    QV_NEON = 5,
    QV_DOTPROD = 6,
    QV_I8MM = 7,
} qv_isa;

/// The best instruction set of this machine that has kernels here.
qv_isa qv_detect_isa(void);

/// Overwrites the entries that `isa` (or a weaker set that `isa` includes) has a kernel for.
/// `isa` must not be beyond qv_detect_isa().
void qv_select_kernels(qv_isa isa, qv_kernels *table);

// --- checks ------------------------------------------------------------------------------------

// Each ends the program with the condition that a call breaks, of those that its type states: sizes, strides,
// alignment, ranges of values. They do nothing unless DEBUG is defined.
void qv_check_u8_conv_forward(const qv_u8_conv_forward *);
void qv_check_s16_conv_forward(const qv_s16_conv_forward *);
void qv_check_u8_tile_pixels(const qv_u8_tile_pixels *);
void qv_check_s8_tile_products(const qv_s8_tile_products *);
void qv_check_s32_tile_requant(const qv_s32_tile_requant *);
void qv_check_u8_image_gradient(const qv_u8_image_gradient *);
void qv_check_u8_tile_gradients(const qv_u8_tile_gradients *);
void qv_check_u8_gradient_windows(const qv_u8_gradient_windows *);
void qv_check_s32_tile_gradient(const qv_s32_tile_gradient *);
void qv_check_u8_window_gradient(const qv_u8_window_gradient *);
void qv_check_s8_mirror_panel(const qv_s8_mirror_panel *);
void qv_check_u8_interleave(const qv_u8_interleave *);
void qv_check_u8_gram(const qv_u8_gram *);
void qv_check_u8_style_gradient(const qv_u8_style_gradient *);
void qv_check_u8_squared_difference(const qv_u8_squared_difference *);
void qv_check_u8_content_gradient(const qv_u8_content_gradient *);
void qv_check_f32_quantize_image(const qv_f32_quantize_image *);
void qv_check_u8_pool(const qv_u8_pool *);
void qv_check_u8_quantize_gradient(const qv_u8_quantize_gradient *);
void qv_check_u8_unpool_max(const qv_u8_unpool_max *);
void qv_check_f32_unpool_average(const qv_f32_unpool_average *);
void qv_check_f32_dot(const qv_f32_dot *);
void qv_check_f32_gram(const qv_f32_gram *);

#pragma clang assume_nonnull end

#endif
