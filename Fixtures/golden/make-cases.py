"""Makes two-styles.safetensors and regions.safetensors: pip install numpy pillow torch.

Transfers of small pictures from the folder above in float64, by autograd: independent of the programs here but for the file of
weights. What is computed is written out below, not taken from them.
"""
import json
import pathlib
import struct

import numpy as np
import torch
from PIL import Image
from torch.nn import functional

HERE = pathlib.Path(__file__).resolve().parent
MEAN = np.array([123.68, 116.779, 103.939])
STYLE_LAYERS = ["conv1_1", "conv2_1", "conv3_1", "conv4_1", "conv5_1"]
CONTENT_LAYER = "conv4_2"
ALPHA, BETA, STEPS = 10.0, 40.0, 5
LAYERS = [(block, place) for block, count in enumerate([2, 2, 4, 4, 1], 1) for place in range(1, count + 1)]


def read_weights():
    """Each layer's weights and biases; a weight is an index into its layer's codebook."""
    with open(HERE.parent / "vgg19-reference.safetensors", "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        start = file.tell()

        def tensor(name):
            entry = header[name]
            file.seek(start + entry["data_offsets"][0])
            kind = {"U8": np.uint8, "F32": np.float32}[entry["dtype"]]
            size = int(np.prod(entry["shape"]))
            return np.frombuffer(file.read(size * np.dtype(kind).itemsize), kind).reshape(entry["shape"])

        result = []
        for block, place in LAYERS:
            name = f"conv{block}_{place}"
            if f"{name}.weight_index" in header:
                weights = tensor(f"{name}.weight_table")[tensor(f"{name}.weight_index")]
            else:
                weights = tensor(f"{name}.weight")
            result.append((torch.tensor(weights, dtype=torch.float64),
                           torch.tensor(tensor(f"{name}.bias"), dtype=torch.float64)))
    return result


WEIGHTS = read_weights()


def activations(image):
    """By layer, what it makes of [1, 3, height, width] minus the mean."""
    found, x = {}, image
    for (block, place), (weights, bias) in zip(LAYERS, WEIGHTS):
        if place == 1 and block > 1:
            x = functional.avg_pool2d(x, 2)
        x = functional.relu(functional.conv2d(x, weights, bias, padding=1))
        found[f"conv{block}_{place}"] = x[0]
    return found


def majority(labels, poolings):
    """The label that most pixels of each cell have, the lower one of two that are equal."""
    side = 2**poolings
    height, width = labels.shape[0] // side, labels.shape[1] // side
    result = np.zeros((height, width), np.uint8)
    for y in range(height):
        for x in range(width):
            cell = labels[y * side:(y + 1) * side, x * side:(x + 1) * side]
            values, counts = np.unique(cell, return_counts=True)
            result[y, x] = values[np.argmax(counts)]
    return result


def inside(labels, label):
    """By layer, the positions that see nothing but a label: what is of others is followed down the network."""
    found = {}
    others = torch.tensor((labels != label).astype(np.float64))[None, None]
    ones = torch.ones(1, 1, 3, 3, dtype=torch.float64)
    for block, place in LAYERS:
        if place == 1 and block > 1:
            others = functional.max_pool2d(others, 2)
        others = (functional.conv2d(others, ones, padding=1) > 0).double()
        found[f"conv{block}_{place}"] = (others[0, 0] == 0).numpy()
    return found


def mean_gram(features, positions=None):
    """The Gram matrix over positions, divided by their number."""
    rows = features.reshape(features.shape[0], -1)
    if positions is not None:
        rows = rows[:, torch.tensor(positions.reshape(-1))]
    return rows @ rows.T / rows.shape[1]


def style_targets(picture, mask=None, label=None):
    """By layer, the mean Gram matrix of a style, or of a region of it."""
    with torch.no_grad():
        features = activations(network_input(picture))
    targets = {}
    for layer in STYLE_LAYERS:
        positions = None
        if mask is not None:
            positions = inside(mask, label)[layer]
            if positions.sum() < max(features[layer].shape[0], 64):
                positions = majority(mask, int(layer[4]) - 1) == label
        targets[layer] = mean_gram(features[layer], positions)
    return targets


def network_input(picture):
    return torch.tensor((picture.astype(np.float64) - MEAN).transpose(2, 0, 1)[None])


def costs(image, content, regions):
    """J, Jc, Js; each region has its share, its targets, and by layer its positions (None for all)."""
    found = activations(image)
    jc = ((found[CONTENT_LAYER] - content) ** 2).sum() / (4 * content.numel())
    js = 0
    for share, targets, positions in regions:
        for layer in STYLE_LAYERS:
            gram = mean_gram(found[layer], positions and positions[layer])
            js = js + 0.2 * share * ((gram - targets[layer]) ** 2).sum() / (4 * gram.shape[0] ** 2)
    return ALPHA * jc + BETA * js, jc, js


def run(content, start, regions, kept):
    """The gradient at the start, and costs before each of Adam's steps and after the last; kept pixels do not move."""
    with torch.no_grad():
        target = activations(network_input(content))[CONTENT_LAYER]
    image = torch.tensor(start.astype(np.float64).transpose(2, 0, 1)[None], requires_grad=True)
    adam = torch.optim.Adam([image], lr=2.0, betas=(0.9, 0.999), eps=1e-8)
    free = torch.tensor(~kept, dtype=torch.float64)
    table, gradient = [], None
    for step in range(STEPS + 1):
        adam.zero_grad()
        values = costs(image, target, regions)
        table.append([float(v.detach()) for v in values])
        if step == STEPS:
            break
        values[0].backward()
        image.grad *= free
        if gradient is None:
            gradient = image.grad[0].numpy().transpose(1, 2, 0).copy()
        adam.step()
    return gradient, np.array(table)


def picture(name, width, height):
    file = Image.open(HERE.parent / name).convert("RGB")
    return np.asarray(file.resize((width, height), Image.Resampling.BICUBIC))


def noisy(content):
    noise = np.random.default_rng(1).uniform(-20, 20, content.shape)
    return (0.6 * noise + 0.4 * (content - MEAN)).astype(np.float32)


def write(name, tensors, metadata):
    header, data = {"__metadata__": metadata}, b""
    for key, array in tensors.items():
        kind = {"uint8": "U8", "float32": "F32"}[str(array.dtype)]
        header[key] = {"dtype": kind, "shape": list(array.shape), "data_offsets": [len(data), len(data) + array.nbytes]}
        data += array.tobytes()
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    (HERE / name).write_bytes(struct.pack("<Q", len(text)) + text + data)


def make(name, content, start, styles, regions, kept, tensors, metadata):
    gradient, table = run(content, start, regions, kept)
    print(name, table[0], table[-1])
    pictures = {"style_rgb_u8" if i == 0 else f"style{i + 1}_rgb_u8": style for i, style in enumerate(styles)}
    tensors = {"content_rgb_u8": content, **pictures, **tensors, "init_hwc": start,
               "grad0_hwc": gradient.astype(np.float32), "trajectory_J_Jc_Js": table.astype(np.float32)}
    write(name, tensors, {"pool": "avg", "alpha": "10", "beta": "40", **metadata})


def two_styles():
    """3 : 1, each at 0.7 times the content's longer side."""
    content = picture("photo-astronaut.jpg", 48, 36)
    styles = [picture("style-warm-glass.jpg", 34, 26), picture("style-night-swirls.jpg", 24, 34)]
    first, second = (style_targets(style) for style in styles)
    targets = {layer: 0.75 * first[layer] + 0.25 * second[layer] for layer in STYLE_LAYERS}
    make("two-styles.safetensors", content, noisy(content), styles, [(1, targets, None)],
         np.zeros(content.shape[:2], bool), {}, {"style_weights": "3,1"})


def two_regions():
    """The left third is kept, the top right painted with the first style, the bottom right with a part of the second."""
    content = picture("photo-rocket.jpg", 64, 48)
    styles = [picture("style-warm-glass.jpg", 50, 40), picture("style-night-swirls.jpg", 64, 48)]
    mask = np.full((48, 64), 10, np.uint8)
    y, x = np.mgrid[0:48, 0:64]
    mask[y + x // 8 > 28] = 200
    mask[x < 20 + 3 * np.sin(y / 5)] = 90
    style_mask = np.where(x + y // 2 < 44, 200, 7).astype(np.uint8)
    regions = []
    for label, targets in [(10, style_targets(styles[0])), (200, style_targets(styles[1], style_mask, 200))]:
        positions = {layer: majority(mask, int(layer[4]) - 1) == label for layer in STYLE_LAYERS}
        regions.append((0.5, targets, positions))
    kept = mask == 90
    start = noisy(content)
    start[kept] = (content - MEAN)[kept]
    make("regions.safetensors", content, start, styles, regions, kept, {"mask_u8": mask, "style2_mask_u8": style_mask},
         {"regions": "10=1,90=keep,200=2"})


two_styles()
two_regions()
