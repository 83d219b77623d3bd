#include "colors.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include <lcms2.h>
#include <lcms2_plugin.h>

#include "CImageIO.h"
#include "cicp.h"

// The most that Little CMS may have at once, whatever a profile asks for.
#define MEMORY_LIMIT ((size_t)32 << 20)

struct image_colors {
    cmsContext context;
    cmsHTRANSFORM transform;
    int widens_grey;
    size_t used, peak;  // bytes that Little CMS has and had
};

// --- Memory --------------------------------------------------------------------------------------

// The context itself is asked for before it has an owner, and is not counted.
static void *allocate(cmsContext context, cmsUInt32Number size) {
    image_colors *colors = cmsGetContextUserData(context);
    if (colors && (size > MEMORY_LIMIT || colors->used > MEMORY_LIMIT - size)) return NULL;
    void *memory = malloc(size);
    if (!colors || !memory) return memory;
    colors->used += malloc_usable_size(memory);
    if (colors->used > colors->peak) colors->peak = colors->used;
    return memory;
}

static void release(cmsContext context, void *memory) {
    image_colors *colors = cmsGetContextUserData(context);
    size_t size = memory ? malloc_usable_size(memory) : 0;
    if (colors) colors->used -= size < colors->used ? size : colors->used;
    free(memory);
}

static void *reallocate(cmsContext context, void *memory, cmsUInt32Number size) {
    void *moved = allocate(context, size);
    if (!moved || !memory) return moved;
    size_t old = malloc_usable_size(memory);
    memcpy(moved, memory, old < size ? old : size);
    release(context, memory);
    return moved;
}

static cmsPluginMemHandler memory_handler = {
    .base = {cmsPluginMagicNumber, 2000, cmsPluginMemHandlerSig, NULL},
    .MallocPtr = allocate,
    .FreePtr = release,
    .ReallocPtr = reallocate,
};

// --- Profiles ------------------------------------------------------------------------------------

static cmsHPROFILE open_profile(cmsContext context, const image_color_facts *facts, uint32_t *warnings) {
    cmsHPROFILE profile = NULL;
    if (facts->profile)
        profile = cmsOpenProfileFromMemTHR(context, facts->profile, (cmsUInt32Number)facts->profile_size);
    if (!profile) *warnings |= IMAGE_WARNING_PROFILE_DAMAGED;
    return profile;
}

// gAMA and cHRM. Where one is missing, that of sRGB is meant. Writers of sRGB files put a gamma of 0.45455 there (PNG,
// 11.3.2.5), so that it stands for sRGB's curve where the primaries are those of sRGB.
static cmsHPROFILE gamma_profile(cmsContext context, const image_color_facts *facts, uint32_t *warnings) {
    static const uint32_t srgb[8] = {31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000};
    const uint32_t *xy = facts->has_chromaticities ? facts->chromaticities : srgb;
    int has_srgb_primaries = 1;
    for (int i = 0; i < 8; i++)
        if (xy[i] + 100 < srgb[i] || xy[i] > srgb[i] + 100) has_srgb_primaries = 0;
    int is_srgb_gamma = facts->gamma >= 45000 && facts->gamma <= 46000;
    if (has_srgb_primaries && (is_srgb_gamma || facts->gamma == 0)) return NULL;
    for (int i = 1; i < 8; i += 2)
        if (xy[i] == 0 || xy[i] > 100000 || xy[i - 1] > 100000) {
            *warnings |= IMAGE_WARNING_COLORS_UNKNOWN;
            return NULL;
        }
    cmsCIExyY white = {xy[0] / 1e5, xy[1] / 1e5, 1};
    cmsCIExyYTRIPLE primaries = {{xy[2] / 1e5, xy[3] / 1e5, 1}, {xy[4] / 1e5, xy[5] / 1e5, 1}, {xy[6] / 1e5, xy[7] / 1e5, 1}};
    cmsToneCurve *curve = facts->gamma == 0 ? image_srgb_curve(context) : cmsBuildGamma(context, 1e5 / facts->gamma);
    if (!curve) return NULL;
    cmsToneCurve *curves[3] = {curve, curve, curve};
    cmsHPROFILE profile = cmsCreateRGBProfileTHR(context, &white, &primaries, curves);
    cmsFreeToneCurve(curve);
    if (!profile) *warnings |= IMAGE_WARNING_COLORS_UNKNOWN;
    return profile;
}

// The profile of the first fact that the file has, of an ICC profile where cICP is not understood; NULL for sRGB, and
// with a warning where it is not understood either.
static cmsHPROFILE profile_of(cmsContext context, const image_color_facts *facts, uint32_t *warnings) {
    if (facts->has_cicp) {
        uint32_t said = 0;
        cmsHPROFILE profile = image_cicp_profile(context, facts->cicp, &said);
        if (profile || facts->profile_size == 0) {
            *warnings |= said;
            return profile;
        }
    }
    if (facts->profile_size > 0) return open_profile(context, facts, warnings);
    if (facts->is_srgb) return NULL;
    return gamma_profile(context, facts, warnings);
}

// --- Transform -----------------------------------------------------------------------------------

// Makes the transform, or leaves it NULL.
static void make_transform(image_colors *colors, cmsHPROFILE profile, image_samples samples, int sample_bytes,
                           int has_alpha, int is_inverted, uint32_t *warnings) {
    cmsColorSpaceSignature space = cmsGetColorSpace(profile);
    cmsProfileClassSignature class = cmsGetDeviceClass(profile);
    // A grey picture with an RGB profile is common, and means equal red, green and blue.
    colors->widens_grey = samples == SAMPLES_GREY && space == cmsSigRgbData;
    image_samples wanted = space == cmsSigGrayData   ? SAMPLES_GREY
                           : space == cmsSigRgbData  ? SAMPLES_RGB
                           : space == cmsSigCmykData ? SAMPLES_CMYK
                                                     : 0;
    if ((wanted != samples && !colors->widens_grey) || class == cmsSigLinkClass || class == cmsSigAbstractClass ||
        class == cmsSigNamedColorClass) {
        *warnings |= IMAGE_WARNING_PROFILE_MISFIT;
        return;
    }
    cmsHPROFILE srgb = cmsCreate_sRGBProfileTHR(colors->context);
    if (!srgb) return;
    cmsUInt32Number extra = EXTRA_SH(has_alpha ? 1 : 0);
    cmsUInt32Number from = COLORSPACE_SH(wanted == SAMPLES_GREY   ? PT_GRAY
                                         : wanted == SAMPLES_RGB ? PT_RGB
                                                                 : PT_CMYK) |
                           CHANNELS_SH(wanted) | BYTES_SH(sample_bytes) | ENDIAN16_SH(sample_bytes == 2) |
                           FLAVOR_SH(is_inverted ? 1 : 0) | extra;
    cmsUInt32Number to = sample_bytes == 2 ? TYPE_RGB_16_SE : TYPE_RGB_8;
    // Tables of 16-bit samples or of grey, 33 entries long, would lose shadows; those of 8-bit colours are exact enough,
    // and fast.
    int is_exact = sample_bytes == 2 || wanted == SAMPLES_GREY;
    cmsUInt32Number flags = (is_exact ? cmsFLAGS_NOOPTIMIZE : 0) | (has_alpha ? cmsFLAGS_COPY_ALPHA : 0);
    colors->transform = cmsCreateTransformTHR(colors->context, profile, from, srgb, to | extra,
                                              INTENT_PERCEPTUAL, flags);
    cmsCloseProfile(srgb);
    if (!colors->transform) *warnings |= IMAGE_WARNING_PROFILE_DAMAGED;
}

// Whether the transform leaves RGB or grey as it is, within a level: a grid of 16 levels a channel.
static int changes_nothing(const image_colors *colors, int channels, int sample_bytes, int has_alpha) {
    uint8_t from[16 * 8], to[16 * 8];
    int pixel = (channels + has_alpha) * sample_bytes;
    for (int rest = 0; rest < (channels == 1 ? 1 : 256); rest++) {
        for (int level = 0; level < 16; level++) {
            // A 16-bit sample of two equal bytes is the level of one byte.
            uint8_t color[3] = {(uint8_t)(17 * level), (uint8_t)(17 * (rest / 16)), (uint8_t)(17 * (rest % 16))};
            memset(from + level * pixel, 255, (size_t)pixel);
            for (int i = 0; i < channels; i++)
                memset(from + level * pixel + i * sample_bytes, color[i], (size_t)sample_bytes);
        }
        cmsDoTransform(colors->transform, from, to, 16);
        for (int level = 0; level < 16; level++) {
            for (int i = 0; i < 3; i++) {
                int got = to[sample_bytes * (level * (3 + has_alpha) + i)];
                int wanted = from[level * pixel + (channels == 1 ? 0 : i) * sample_bytes];
                if (abs(got - wanted) > 1) return 0;
            }
        }
    }
    return 1;
}

image_colors *image_colors_open(const image_color_facts *facts, image_samples samples, int sample_bytes,
                                int has_alpha, int is_inverted, uint32_t *warnings, size_t *bytes) {
    if (!facts->has_cicp && facts->profile_size == 0 &&
        (facts->is_srgb || (facts->gamma == 0 && !facts->has_chromaticities)))
        return NULL;
    image_colors *colors = calloc(1, sizeof *colors);
    if (!colors) return NULL;
    colors->context = cmsCreateContext(&memory_handler, colors);
    if (colors->context) {
        cmsHPROFILE profile = profile_of(colors->context, facts, warnings);
        if (profile) {
            make_transform(colors, profile, samples, sample_bytes, has_alpha, is_inverted, warnings);
            cmsCloseProfile(profile);
        }
    }
    if (colors->peak > *bytes) *bytes = colors->peak;
    int channels = colors->widens_grey ? SAMPLES_RGB : (int)samples;
    if (colors->transform &&
        (samples == SAMPLES_CMYK || !changes_nothing(colors, channels, sample_bytes, has_alpha)))
        return colors;
    image_colors_close(colors);
    return NULL;
}

int image_colors_widen_grey(const image_colors *colors) { return colors->widens_grey; }

void image_colors_convert(const image_colors *colors, const uint8_t *from, uint8_t *to, size_t pixels) {
    cmsDoTransform(colors->transform, from, to, (cmsUInt32Number)pixels);
}

void image_colors_close(image_colors *colors) {
    if (!colors) return;
    if (colors->transform) cmsDeleteTransform(colors->transform);
    if (colors->context) cmsDeleteContext(colors->context);
    free(colors);
}

size_t image_srgb_profile(uint8_t **bytes) {
    // The year, month and day on which a profile was made; Little CMS takes today.
    static const uint8_t date[12] = {2000 >> 8, 2000 & 255, 0, 1, 0, 1};
    cmsUInt32Number size = 0;
    *bytes = NULL;
    cmsContext context = cmsCreateContext(NULL, NULL);
    cmsHPROFILE profile = context ? cmsCreate_sRGBProfileTHR(context) : NULL;
    if (profile && cmsSaveProfileToMem(profile, NULL, &size) && (*bytes = malloc(size)) &&
        cmsSaveProfileToMem(profile, *bytes, &size)) {
        memcpy(*bytes + 24, date, sizeof date);
    } else {
        size = 0;
    }
    if (profile) cmsCloseProfile(profile);
    if (context) cmsDeleteContext(context);
    return size;
}
