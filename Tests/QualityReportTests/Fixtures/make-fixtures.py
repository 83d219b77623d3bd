#!/usr/bin/env python3
"""Makes pairs of small pictures and their PSNR, SSIM and MS-SSIM by scikit-image and scipy.

Usage: make-fixtures.py FOLDER    (numpy, scipy, scikit-image, Pillow)
The pictures are made from seeded random numbers alone.
"""
import sys
from pathlib import Path

import numpy as np
import scipy
import skimage
from PIL import Image
from scipy.signal import convolve2d
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

SCALES = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333]


def smooth(rng, height, width, cells):
    """Random colours, smoothly interpolated."""
    grid = rng.integers(0, 256, (cells, cells, 3)).astype(np.uint8)
    return np.asarray(Image.fromarray(grid).resize((width, height), Image.BICUBIC)).astype(float)


def window():
    """The 11x11 window of the articles, as a matrix."""
    axis = np.arange(11) - 5
    weights = np.exp(-(axis[:, None] ** 2 + axis[None, :] ** 2) / (2 * 1.5**2))
    return weights / weights.sum()


def ms_ssim(a, b):
    """Wang, Simoncelli and Bovik 2003 on planes, with full two-dimensional windows."""
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    kernel = window()

    def mean(x):
        return convolve2d(x, kernel, mode="valid")

    product = 1.0
    for scale, weight in enumerate(SCALES):
        mu_a, mu_b = mean(a), mean(b)
        cs = (2 * (mean(a * b) - mu_a * mu_b) + c2) / (
            mean(a * a) - mu_a**2 + mean(b * b) - mu_b**2 + c2)
        luminance = (2 * mu_a * mu_b + c1) / (mu_a**2 + mu_b**2 + c1)
        last = scale == len(SCALES) - 1
        product *= max(float(np.mean(luminance * cs if last else cs)), 0) ** weight
        height, width = a.shape[0] // 2 * 2, a.shape[1] // 2 * 2
        a, b = (x[:height, :width].reshape(height // 2, 2, width // 2, 2).mean((1, 3)) for x in (a, b))
    return product


def main():
    folder = Path(sys.argv[1])
    rng = np.random.default_rng(5)
    pairs = []
    for name, height, width, cells in (("small", 11, 17, 4), ("odd", 47, 61, 9), ("large", 177, 203, 24)):
        a = smooth(rng, height, width, cells)
        # A blurred copy with noise and a tint, and for the largest a strong one.
        b = 0.7 * a + 0.3 * np.roll(a, 1, axis=1) + rng.normal(0, 9, a.shape) + [6, -3, 2]
        if name == "large":
            b = 0.6 * b + 0.4 * smooth(rng, height, width, 30)
        a, b = (np.clip(np.rint(x), 0, 255).astype(np.uint8) for x in (a, b))
        Image.fromarray(a).save(folder / f"{name}-a.png", optimize=True)
        Image.fromarray(b).save(folder / f"{name}-b.png", optimize=True)
        entry = {
            "name": name,
            "psnr": float(peak_signal_noise_ratio(a, b, data_range=255)),
            "ssim": float(structural_similarity(
                a, b, gaussian_weights=True, sigma=1.5, use_sample_covariance=False,
                channel_axis=-1, data_range=255)),
            "ms_ssim": None,
        }
        if min(height, width) >= 176:
            channels = [ms_ssim(a[..., c].astype(float), b[..., c].astype(float)) for c in range(3)]
            entry["ms_ssim"] = float(np.mean(channels))
        pairs.append(entry)
    lines = [f"# scikit-image {skimage.__version__}, scipy {scipy.__version__}, numpy {np.__version__}"]
    lines += ["# name psnr ssim ms_ssim"]
    lines += [f"{p['name']} {p['psnr']!r} {p['ssim']!r} {p['ms_ssim']!r}" for p in pairs]
    (folder / "expected.txt").write_text("\n".join(lines) + "\n")


main()
