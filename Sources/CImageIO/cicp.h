// Colours by number, as ITU-T H.273 (07/2024) has them.
#ifndef CIMAGEIO_CICP_H
#define CIMAGEIO_CICP_H

#include <stdint.h>

#include <lcms2.h>

// The profile that the four bytes of a cICP chunk mean; NULL for sRGB, and with a warning where it is unknown.
cmsHPROFILE image_cicp_profile(cmsContext context, const uint8_t cicp[4], uint32_t *warnings);

// From code to light, IEC 61966-2-1; NULL when out of memory.
cmsToneCurve *image_srgb_curve(cmsContext context);

#endif
