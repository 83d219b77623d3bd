#include "cicp.h"

#include <math.h>

#include "CImageIO.h"

// Light that is white in a picture without highlights, cd/m^2 (ITU-R BT.2408, 3.1).
#define REFERENCE_WHITE 203.0

// White, red, green and blue (H.273, table 2); 0 where there is no such number.
static int primaries_of(int number, cmsCIExyY *white, cmsCIExyYTRIPLE *primaries) {
    static const struct {
        int number;
        double xy[8];
    } table[] = {
        {1, {.3127, .3290, .640, .330, .300, .600, .150, .060}},   // BT.709, sRGB
        {2, {.3127, .3290, .640, .330, .300, .600, .150, .060}},   // unspecified
        {4, {.310, .316, .67, .33, .21, .71, .14, .08}},           // BT.470 System M
        {5, {.3127, .3290, .64, .33, .29, .60, .15, .06}},         // BT.470 System B, G
        {6, {.3127, .3290, .630, .340, .310, .595, .155, .070}},   // BT.601
        {7, {.3127, .3290, .630, .340, .310, .595, .155, .070}},   // SMPTE ST 240
        {8, {.310, .316, .681, .319, .243, .692, .145, .049}},     // film
        {9, {.3127, .3290, .708, .292, .170, .797, .131, .046}},   // BT.2020
        {11, {.314, .351, .680, .320, .265, .690, .150, .060}},    // SMPTE RP 431-2, DCI P3
        {12, {.3127, .3290, .680, .320, .265, .690, .150, .060}},  // SMPTE EG 432-1, Display P3
        {22, {.3127, .3290, .630, .340, .295, .605, .155, .077}},  // EBU Tech. 3213
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (table[i].number != number) continue;
        const double *xy = table[i].xy;
        *white = (cmsCIExyY){xy[0], xy[1], 1};
        *primaries = (cmsCIExyYTRIPLE){{xy[2], xy[3], 1}, {xy[4], xy[5], 1}, {xy[6], xy[7], 1}};
        return 1;
    }
    return 0;
}

// PQ (SMPTE ST 2084, eq. 4): light of a code, relative to the reference white.
static double pq_light(double code) {
    double power = pow(code, 1 / 78.84375);
    double numerator = fmax(power - 0.8359375, 0);
    return 10000 / REFERENCE_WHITE * pow(numerator / (18.8515625 - 18.6875 * power), 1 / 0.1593017578125);
}

// HLG (ITU-R BT.2100, table 5) on a display of 1000 cd/m^2, its system gamma of 1.2 taken channel by channel.
static double hlg_light(double code) {
    double scene = code <= 0.5 ? code * code / 3 : (exp((code - 0.55991073) / 0.17883277) + 0.28466892) / 12;
    return 1000 / REFERENCE_WHITE * pow(scene, 1.2);
}

// A curve of light up to the reference white; what is brighter becomes white.
static cmsToneCurve *clipped_curve(cmsContext context, double (*light)(double)) {
    cmsUInt16Number table[4096];
    for (int i = 0; i < 4096; i++) table[i] = (cmsUInt16Number)lround(65535 * fmin(light(i / 4095.0), 1));
    return cmsBuildTabulatedToneCurve16(context, 4096, table);
}

static cmsToneCurve *parametric(cmsContext context, double gamma, double a, double b, double c, double d) {
    cmsFloat64Number parameters[5] = {gamma, a, b, c, d};
    return cmsBuildParametricToneCurve(context, 4, parameters);
}

cmsToneCurve *image_srgb_curve(cmsContext context) {
    return parametric(context, 2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045);
}

// The curve from code to light (H.273, table 3); NULL where there is no such number.
static cmsToneCurve *curve_of(cmsContext context, int number, uint32_t *warnings) {
    switch (number) {
    case 1:
    case 6:
    case 14:
    case 15: return parametric(context, 1 / 0.45, 1 / 1.099, 0.099 / 1.099, 1 / 4.5, 0.081);
    case 4: return cmsBuildGamma(context, 2.2);
    case 5: return cmsBuildGamma(context, 2.8);
    case 7: return parametric(context, 1 / 0.45, 1 / 1.1115, 0.1115 / 1.1115, 1 / 4.0, 0.0912);
    case 8: return cmsBuildGamma(context, 1);
    case 2:
    case 13: return image_srgb_curve(context);
    case 16: *warnings |= IMAGE_WARNING_HIGHLIGHTS; return clipped_curve(context, pq_light);
    case 18: *warnings |= IMAGE_WARNING_HIGHLIGHTS; return clipped_curve(context, hlg_light);
    default: return NULL;
    }
}

cmsHPROFILE image_cicp_profile(cmsContext context, const uint8_t cicp[4], uint32_t *warnings) {
    cmsCIExyY white;
    cmsCIExyYTRIPLE primaries;
    cmsHPROFILE profile = NULL;
    // A PNG is RGB (matrix 0) of the full range.
    if (cicp[2] == 0 && cicp[3] == 1 && primaries_of(cicp[0], &white, &primaries)) {
        cmsToneCurve *curve = curve_of(context, cicp[1], warnings);
        if (curve) {
            cmsToneCurve *curves[3] = {curve, curve, curve};
            profile = cmsCreateRGBProfileTHR(context, &white, &primaries, curves);
            cmsFreeToneCurve(curve);
        }
    }
    if (!profile) *warnings |= IMAGE_WARNING_COLORS_UNKNOWN;
    return profile;
}
