"""Makes the image files of this folder with Pillow, which has its own encoders' settings and its own decoder.

Every NAME.jpg gets a NAME.expected.png: what Pillow decodes it to, upright, as 8-bit RGB.
Usage: python3 make-fixtures.py   (Pillow 13.0.0; see README.md)
"""
import io
import math
import pathlib

from PIL import Image, ImageOps

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


def save(name, image, **options):
    path = FOLDER / name
    image.save(path, "JPEG", **options)
    upright = ImageOps.exif_transpose(Image.open(path)).convert("RGB")
    upright.save(path.with_suffix(".expected.png"), "PNG", optimize=True)


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
base.convert("CMYK").save(FOLDER / "cmyk.jpg", "JPEG", quality=90)

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
