#!/usr/bin/env python3
"""Makes the photos of Fixtures from those in the wheel of the PyPI package scikit-image.

Usage: fetch-photos.py SKIMAGE_WHEEL FOLDER    (needs Pillow)
"""
import io
import sys
import zipfile

from PIL import Image


def main():
    wheel, folder = zipfile.ZipFile(sys.argv[1]), sys.argv[2]
    for source, target, side, options in [
        ("chelsea.png", "photo-chelsea.png", 320, {"optimize": True}),
        ("astronaut.png", "photo-astronaut.jpg", 512, {"quality": 90}),
        ("rocket.jpg", "photo-rocket.jpg", 512, {"quality": 90}),
    ]:
        image = Image.open(io.BytesIO(wheel.read("skimage/data/" + source))).convert("RGB")
        scale = side / max(image.size)
        size = tuple(round(v * scale) for v in image.size)
        image.resize(size, Image.LANCZOS).save(f"{folder}/{target}", **options)
    cat = Image.open(f"{folder}/photo-chelsea.png")
    cat.crop((110, 40, 206, 184)).save(f"{folder}/photo-portrait.png", optimize=True)


if __name__ == "__main__":
    main()
