#!/usr/bin/env python3
"""Paints the style pictures of Fixtures: original works, made from seeded random numbers alone.

Usage: paint-styles.py FOLDER    (needs numpy and Pillow)
"""
import math
import sys

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

SIDE = 512


def smooth_noise(rng, side, cells):
    """Noise between -1 and 1 whose features are side / cells pixels wide."""
    grid = (rng.random((cells + 3, cells + 3)) * 255).astype(np.uint8)
    image = Image.fromarray(grid).resize((side, side), Image.BICUBIC)
    return np.asarray(image, float) / 127.5 - 1


def flow_field(rng, side, vortices):
    """The angle of the brush at every pixel: vortices over a gentle drift."""
    y, x = np.mgrid[0:side, 0:side].astype(float)
    u = 1.0 + 0.5 * smooth_noise(rng, side, 5)
    v = 0.45 * np.sin(x / side * 5) + 0.5 * smooth_noise(rng, side, 4)
    for cx, cy, radius, turn in vortices:
        dx, dy = x - cx, y - cy
        weight = turn * 4.0 * np.exp(-(dx * dx + dy * dy) / (2 * radius * radius)) / radius
        u += -dy * weight
        v += dx * weight
    return np.arctan2(v, u)


def strokes(rng, draw, scene, angle, count, length, width, jitter):
    """Strokes that follow the field, each a bundle of bristles of slightly different colours."""
    side = scene.shape[0]
    for _ in range(count):
        x, y = rng.random(2) * side
        color = scene[int(y), int(x)] + rng.normal(0, jitter, 3) + rng.normal(0, jitter * 0.7)
        path = []
        for _ in range(length):
            if not (0 <= x < side and 0 <= y < side):
                break
            a = angle[int(y), int(x)]
            path.append((x, y, a))
            x += 2.2 * math.cos(a)
            y += 2.2 * math.sin(a)
        if len(path) < 3:
            continue
        bristles = max(2, int(width))
        for b in range(bristles):
            offset = (b - (bristles - 1) / 2) * width / bristles
            shade = color + rng.normal(0, 13)
            line = [(px - offset * math.sin(pa), py + offset * math.cos(pa)) for px, py, pa in path]
            start = int(rng.integers(0, max(1, len(line) // 4)))
            draw.line(line[start:], fill=tuple(int(c) for c in np.clip(shade, 0, 255)), width=2)


def impasto(image, strength):
    """Light from the upper left on the relief of the paint."""
    pixels = np.asarray(image, float)
    height = np.asarray(image.convert("L").filter(ImageFilter.GaussianBlur(0.8)), float)
    gy, gx = np.gradient(height)
    light = np.clip(-(gx + gy) * strength, -45, 45)
    return Image.fromarray(np.clip(pixels + light[..., None], 0, 255).astype(np.uint8))


def night_swirls():
    """Thick swirling strokes under a starry sky, hills below."""
    rng = np.random.default_rng(11)
    side = SIDE
    y, x = np.mgrid[0:side, 0:side].astype(float)
    stars = [(95, 80, 26), (235, 55, 17), (395, 95, 42), (300, 175, 15), (165, 190, 20), (465, 215, 16)]
    vortices = [(cx, cy, r * 1.9, 1 if i % 2 else -1) for i, (cx, cy, r) in enumerate(stars)]
    angle = flow_field(rng, side, vortices)
    deep, mid, pale = np.array([16, 28, 84]), np.array([38, 82, 160]), np.array([150, 190, 214])
    t = np.clip(0.5 + 0.5 * smooth_noise(rng, side, 7) + 0.25 * np.sin((x + 2 * y) / 46), 0, 1)[..., None]
    scene = np.where(t < 0.55, deep + (mid - deep) * t / 0.55, mid + (pale - mid) * (t - 0.55) / 0.45)
    for cx, cy, r in stars:
        d = np.hypot(x - cx, y - cy)[..., None]
        glow = np.exp(-((d / (r * 1.5)) ** 2)) * (0.75 + 0.25 * np.cos(d / r * 5))
        scene = scene * (1 - glow) + np.array([250, 214, 92]) * glow
        core = np.clip((r * 0.6 - d) / 4, 0, 1)
        scene = scene * (1 - core) + np.array([255, 243, 190]) * core
    ridge = 345 + 40 * np.sin(x / 70 + 1) + 18 * np.sin(x / 27)
    hill = (y > ridge)[..., None]
    green = np.array([30, 62, 58]) + np.array([46, 52, 14]) * (0.5 + 0.5 * smooth_noise(rng, side, 9))[..., None]
    scene = np.where(hill, green, scene)
    field = (y > ridge + 70)[..., None]
    wheat = np.array([188, 134, 40]) + np.array([52, 44, 10]) * smooth_noise(rng, side, 12)[..., None]
    scene = np.where(field, wheat, scene)
    angle = np.where(y > ridge, 0.35 * np.sin(x / 60) - 0.15, angle)
    image = Image.fromarray(np.clip(scene, 0, 255).astype(np.uint8))
    draw = ImageDraw.Draw(image)
    for count, length, width, jitter in [(1500, 34, 13, 16), (3800, 22, 8, 18), (6500, 13, 5, 20), (5000, 8, 3, 26)]:
        strokes(rng, draw, scene, angle, count, length, width, jitter)
    return impasto(image.filter(ImageFilter.GaussianBlur(0.5)), 1.5)


def warm_glass():
    """Facets of warm glass between dark leads, with streaks and grain."""
    rng = np.random.default_rng(5)
    side = SIDE
    y, x = np.mgrid[0:side, 0:side].astype(float)
    x = x + 9 * smooth_noise(rng, side, 8)
    y = y + 9 * smooth_noise(rng, side, 8)
    nearest = np.full((side, side), 1e9)
    second = np.full((side, side), 1e9)
    cell = np.zeros((side, side), int)
    seeds = rng.random((210, 2)) * side
    for i, (cx, cy) in enumerate(seeds):
        d = np.hypot(x - cx, (y - cy) * 0.8)
        closer = d < nearest
        second = np.where(closer, nearest, np.minimum(second, d))
        cell = np.where(closer, i, cell)
        nearest = np.minimum(nearest, d)
    palette = np.array([[206, 62, 26], [232, 128, 30], [246, 186, 60], [150, 26, 34], [252, 222, 138],
                        [96, 30, 58], [36, 96, 106], [198, 92, 84], [120, 142, 62]], float)
    order = rng.choice(len(palette), len(seeds), p=[.17, .18, .17, .11, .1, .07, .08, .07, .05])
    tones = palette[order] + rng.normal(0, 14, (len(seeds), 3))
    turn = rng.random(len(seeds)) * math.pi
    image = tones[cell]
    across = (x * np.cos(turn[cell]) + y * np.sin(turn[cell]))[..., None]
    image = image * (1 + 0.13 * np.sin(across / 4.5) + 0.07 * np.sin(across / 1.7))
    image = image * (1.14 - 0.009 * nearest[..., None])
    image += 14 * smooth_noise(rng, side, 60)[..., None] + rng.normal(0, 9, (side, side, 1))
    edge = np.clip((second - nearest - 2.2) / 2.4, 0, 1)[..., None]
    lead = np.array([24, 18, 22]) + 26 * (0.5 + 0.5 * smooth_noise(rng, side, 90))[..., None]
    image = lead + (image - lead) * edge
    glint = (np.exp(-((second - nearest - 6) ** 2) / 5) * (smooth_noise(rng, side, 30) > 0.15))[..., None]
    image += 38 * glint
    return Image.fromarray(np.clip(image, 0, 255).astype(np.uint8))


def main():
    folder = sys.argv[1]
    night_swirls().save(f"{folder}/style-night-swirls.jpg", quality=88)
    warm_glass().save(f"{folder}/style-warm-glass.jpg", quality=86)


if __name__ == "__main__":
    main()
