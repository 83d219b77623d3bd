#!/usr/bin/env python3
"""Computes the reference case of total variation by PyTorch's autograd in float64.

Usage: make-smooth-case.py OUT.safetensors    (needs torch, numpy and Pillow; run beside Fixtures)

The weights are those of Fixtures/vgg19-reference.safetensors, the pictures Fixtures/photo-portrait.png and
Fixtures/style-night-swirls.jpg at 40x32. The balance is the default one, the costs are written anew from
their formulas, and there are steps of Adam as Fixtures/golden/README.md describes them.
"""
import json
import struct
import sys
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch.nn import functional

FIXTURES = Path(__file__).resolve().parent.parent / "Fixtures"
LAYERS = "conv1_1 conv1_2 conv2_1 conv2_2 conv3_1 conv3_2 conv3_3 conv3_4 conv4_1 conv4_2 conv4_3 conv4_4 conv5_1".split()
MEAN = np.array([123.68, 116.779, 103.939])
WIDTH, HEIGHT, STEPS = 40, 32, 20
ALPHA, BETA, SMOOTH = 10.0, 1.0, 40.0


def read(path):
    data = path.read_bytes()
    length = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:8 + length])
    types = {"U8": np.uint8, "F32": np.float32}
    tensors = {}
    for name, entry in header.items():
        if name != "__metadata__":
            first, last = entry["data_offsets"]
            values = np.frombuffer(data[8 + length + first:8 + length + last], types[entry["dtype"]])
            tensors[name] = values.reshape(entry["shape"])
    return tensors


def write(path, metadata, tensors):
    header, data = {"__metadata__": metadata}, b""
    for name, values in tensors.items():
        kind = {"uint8": "U8", "float32": "F32"}[values.dtype.name]
        raw = np.ascontiguousarray(values).tobytes()
        header[name] = {"dtype": kind, "shape": list(values.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    Path(path).write_bytes(struct.pack("<Q", len(text)) + text + data)


def network():
    stored = read(FIXTURES / "vgg19-reference.safetensors")
    for name in LAYERS:
        table = stored[name + ".weight_table"].astype(np.float64)
        weights = table.reshape(-1)[stored[name + ".weight_index"]]
        yield name, torch.tensor(weights), torch.tensor(stored[name + ".bias"].astype(np.float64))


def activations(layers, image):
    values, found = image, {}
    for name, weights, biases in layers:
        if name.endswith("_1") and name != "conv1_1":
            values = functional.avg_pool2d(values, 2)
        values = functional.relu(functional.conv2d(values, weights, biases, padding=1))
        found[name] = values
    return found


def gram(values):
    rows = values[0].flatten(1)
    return rows @ rows.T


def costs(found, image, content, style):
    features = found["conv4_2"]
    jc = (features - content["conv4_2"]).square().sum() / (4 * features.numel())
    js = 0
    for block in range(1, 6):
        values, target = found[f"conv{block}_1"], style[f"conv{block}_1"]
        weight = 1200 / values.shape[1] ** 2
        js = js + weight * (gram(values) - gram(target)).square().sum() / (2 * values.numel()) ** 2
    right = (image[:, :, :, 1:] - image[:, :, :, :-1]).square().sum()
    below = (image[:, :, 1:] - image[:, :, :-1]).square().sum()
    variation = (right + below) / (image.shape[2] * image.shape[3])
    return ALPHA * jc + BETA * js + SMOOTH * variation, jc, js


def picture(name):
    image = Image.open(FIXTURES / name).convert("RGB").resize((WIDTH, HEIGHT), Image.BICUBIC)
    return np.asarray(image)


def planes(rgb):
    return torch.tensor((rgb.astype(np.float64) - MEAN).transpose(2, 0, 1)[None])


def main():
    torch.set_num_threads(1)
    layers = list(network())
    photo, painting = picture("photo-portrait.png"), picture("style-night-swirls.jpg")
    with torch.no_grad():
        content, style = activations(layers, planes(photo)), activations(layers, planes(painting))
    noise = np.random.default_rng(5).uniform(-20, 20, photo.shape)
    start = (0.4 * noise + 0.6 * (photo - MEAN)).astype(np.float32)
    image = torch.tensor(start.astype(np.float64).transpose(2, 0, 1)[None], requires_grad=True)
    optimizer = torch.optim.Adam([image], lr=2.0)
    trajectory, gradient = [], None
    for step in range(STEPS + 1):
        optimizer.zero_grad()
        parts = costs(activations(layers, image), image, content, style)
        trajectory.append([part.item() for part in parts])
        parts[0].backward()
        if step == 0:
            gradient = image.grad[0].numpy().transpose(1, 2, 0).astype(np.float32)
        optimizer.step()
    write(sys.argv[1], {
        "pool": "avg", "alpha": str(ALPHA), "beta": str(BETA), "smooth": str(SMOOTH), "balance": "standard",
        "width": str(WIDTH), "height": str(HEIGHT),
        "optimizer": "adam lr=2 b1=.9 b2=.999 eps=1e-8", "weights": "Fixtures/vgg19-reference.safetensors",
    }, {
        "content_rgb_u8": photo, "style_rgb_u8": painting, "init_hwc": start, "grad0_hwc": gradient,
        "trajectory_J_Jc_Js": np.array(trajectory, np.float32),
    })


if __name__ == "__main__":
    main()
