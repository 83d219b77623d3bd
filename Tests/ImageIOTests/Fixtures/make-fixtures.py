"""Makes the image files of this folder with Pillow, which has its own encoders' settings and its own decoder.

Every NAME.jpg and NAME.webp gets a NAME.expected.png: what Pillow decodes it to, upright, as 8-bit sRGB on white, its
colour profile applied by ImageCms.
Usage: python3 make-fixtures.py   (Pillow 13.0.0 and numpy; see README.md)
"""
import io
import math
import pathlib

from PIL import Image, ImageCms, ImageOps

import profiles

FOLDER = pathlib.Path(__file__).parent


def picture(width, height):
    """Smooth colours with an edge, different in every corner."""
    image = Image.new("RGB", (width, height))
    for y in range(height):
        for x in range(width):
            red = 40 + 200 * x // width
            green = int(128 + 90 * math.sin(0.3 * y))
            blue = 220 if 3 * x + 2 * y < width + height // 2 else 30
            image.putpixel((x, y), (red, green, blue))
    return image


def expect(path):
    """Writes what Pillow makes of a file."""
    image = ImageOps.exif_transpose(Image.open(path))
    profile = image.info.get("icc_profile")
    if profile:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        image = ImageCms.profileToProfile(image, profile, ImageCms.createProfile("sRGB"), outputMode="RGB")
    if image.mode == "RGBA":
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    image.convert("RGB").save(path.with_suffix(".expected.png"), "PNG", optimize=True, icc_profile=None)


def save(name, image, **options):
    path = FOLDER / name
    image.save(path, "WEBP" if path.suffix == ".webp" else "JPEG", **options)
    expect(path)


base = picture(45, 31)
save("baseline-444.jpg", base, quality=90, subsampling=0)
save("baseline-422.jpg", base, quality=90, subsampling=1)
save("baseline-420.jpg", base, quality=90, subsampling=2)
save("progressive-420.jpg", base, quality=85, subsampling=2, progressive=True)
save("progressive-444.jpg", base, quality=95, subsampling=0, progressive=True)
save("grey.jpg", base.convert("L"), quality=90)
save("grey-progressive.jpg", base.convert("L"), quality=90, progressive=True)
save("restart.jpg", base, quality=90, subsampling=2, restart_marker_blocks=2)
save("rgb.jpg", base, quality=90, keep_rgb=True)
save("one-pixel.jpg", picture(1, 1), quality=90)

# Inks: Adobe's files say how much light is left (Pillow writes those), others how much ink there is.
inks = base.convert("CMYK")
inks.putdata([(c // 2, m, y // 3 * 2, 60 + (c + m) // 8) for c, m, y, _ in inks.get_flattened_data()])
save("cmyk.jpg", inks, quality=90)
save("cmyk-profile.jpg", inks, quality=90, icc_profile=profiles.cmyk())
plain = io.BytesIO()
Image.merge("CMYK", [band.point(lambda value: 255 - value) for band in inks.split()]).save(plain, "JPEG", quality=90)
plain = plain.getvalue()
adobe = plain.index(b"\xff\xee\x00\x0eAdobe")
(FOLDER / "cmyk-plain.jpg").write_bytes(plain[:adobe] + plain[adobe + 16 :])
# YCCK is YCbCr of three channels, and Adobe's marker with the transform 2.
ycc = Image.merge("RGB", inks.split()[:3]).convert("YCbCr")
ycck = io.BytesIO()
Image.merge("CMYK", [*(band.point(lambda value: 255 - value) for band in ycc.split()), inks.split()[3]]).save(
    ycck, "JPEG", quality=90, subsampling=0)
ycck = bytearray(ycck.getvalue())
ycck[ycck.index(b"Adobe\x00\x64") + 11] = 2
(FOLDER / "ycck.jpg").write_bytes(ycck)
expect(FOLDER / "ycck.jpg")

# Colour profiles.
save("p3.jpg", base, quality=90, subsampling=0, icc_profile=profiles.P3)
save("adobe-rgb.jpg", base, quality=90, subsampling=0, icc_profile=profiles.ADOBE)
save("prophoto.jpg", base, quality=90, subsampling=0, icc_profile=profiles.PROPHOTO)

# WebP: lossy and lossless, with transparency, with a profile and an orientation.
clear = base.convert("RGBA")
clear.putalpha(Image.linear_gradient("L").resize(base.size))
rotated = Image.Exif()
rotated[0x0112] = 6
save("lossy.webp", base, quality=80)
save("lossless.webp", base, lossless=True)
save("lossy-alpha.webp", clear, quality=80)
save("lossless-alpha.webp", clear, lossless=True, exact=True)
save("profile.webp", base.rotate(90, expand=True), quality=80, icc_profile=profiles.P3, exif=rotated)
picture(403, 301).point(lambda value: 64 + value // 2).save(FOLDER / "large-lossy.webp", quality=80)
base.resize((9, 7)).save(
    FOLDER / "animated.webp", save_all=True, append_images=[base.resize((9, 7)).rotate(180)], lossless=True)

# A larger picture, so that the decoder's own reduction (1/2, 1/4, 1/8) takes part.
save("large.jpg", picture(403, 301), quality=85, subsampling=2)

# The same upright picture stored in the eight ways that EXIF numbers.
stored = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
for orientation, transpose in stored.items():
    image = picture(21, 13)
    if transpose is not None:
        image = image.transpose(transpose)
    exif = Image.Exif()
    exif[0x010F] = "maker"
    exif[0x0112] = orientation
    save(f"orientation-{orientation}.jpg", image, quality=95, subsampling=0, exif=exif)
