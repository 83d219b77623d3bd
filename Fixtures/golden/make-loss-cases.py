"""Makes moments.safetensors, histogram.safetensors and matched.safetensors: pip install numpy pillow torch.

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
            weights = tensor(f"{name}.weight_table")[tensor(f"{name}.weight_index")]
            result.append((torch.tensor(weights, dtype=torch.float64),
                           torch.tensor(tensor(f"{name}.bias"), dtype=torch.float64)))
    return result


WEIGHTS = read_weights()


def activations(image):
    """By layer, [channels, positions] of what it makes of [1, 3, height, width] minus the mean."""
    found, x = {}, image
    for (block, place), (weights, bias) in zip(LAYERS, WEIGHTS):
        if place == 1 and block > 1:
            x = functional.avg_pool2d(x, 2)
        x = functional.relu(functional.conv2d(x, weights, bias, padding=1))
        found[f"conv{block}_{place}"] = x[0].flatten(1)
    return found


def mean_gram(features):
    return features @ features.T / features.shape[1]


def gram_loss(features, style):
    return ((mean_gram(features) - mean_gram(style)) ** 2).mean() / 4


def moment_loss(features, style):
    """Squared differences of means and standard deviations, times the style's mean square."""
    def deviation(f):
        return ((f - f.mean(dim=1, keepdim=True)) ** 2).mean(dim=1).sqrt()

    alive = deviation(features.detach()) > 0
    by_mean = (features.mean(dim=1) - style.mean(dim=1)) ** 2
    by_deviation = (deviation(features[alive]) - deviation(style[alive])) ** 2
    dead = deviation(style[~alive]) ** 2
    return (style**2).mean() * (by_mean.sum() + by_deviation.sum() + dead.sum()) / len(features)


# Bins of 32 to a doubling between 2^-2 and 2^14: the exponent of a float32 and five bits after it.
BINS = 1 + 16 * 32
FIRST = np.float32(0.25).view(np.uint32).astype(np.int64)
CENTRES = np.concatenate([[0.0], (FIRST + (np.arange(BINS - 1) << 18) + (1 << 17)).astype(np.uint32).view(np.float32)])


def bins(features):
    bits = features.detach().numpy().astype(np.float32).view(np.uint32).astype(np.int64)
    return np.where(bits < FIRST, 0, np.minimum(1 + ((bits - FIRST) >> 18), BINS - 1))


def histogram_loss(features, style):
    """Squared distance of each bin's centre to that of the style's bin with its middle rank, times the style's mean square."""
    own, others = bins(features), bins(style)
    wanted = np.empty(own.shape)
    for c, (row, other) in enumerate(zip(own, others)):
        counts = np.bincount(row, minlength=BINS)
        middle = (np.cumsum(counts) - 0.5 * counts) / row.size
        below = np.cumsum(np.bincount(other, minlength=BINS)) / other.size
        table = np.minimum(np.searchsorted(below, middle, side="right"), other.max())
        wanted[c] = CENTRES[table[row]]
    # The gradient is that of the activation, the value that of its bin.
    values = features + (torch.tensor(CENTRES[own]) - features).detach()
    energy = (CENTRES[others] ** 2).mean()
    return energy * ((values - torch.tensor(wanted)) ** 2).mean()


LOSSES = {"gram": gram_loss, "moments": moment_loss, "histogram": histogram_loss}


def network_input(picture):
    return torch.tensor((picture.astype(np.float64) - MEAN).transpose(2, 0, 1)[None])


def matched(style, content):
    """The style's colours under the symmetric map that gives them the content's mean and covariance."""
    def statistics(picture):
        pixels = picture.reshape(-1, 3).astype(np.float64)
        return pixels.mean(axis=0), np.cov(pixels.T, bias=True) + 1e-5 * 255**2 * np.eye(3)

    def power(matrix, exponent):
        values, vectors = np.linalg.eigh(matrix)
        return vectors @ np.diag(values**exponent) @ vectors.T

    (own_mean, own), (mean, wanted) = statistics(style), statistics(content)
    root, inverse = power(own, 0.5), power(own, -0.5)
    matrix = inverse @ power(root @ wanted @ root, 0.5) @ inverse
    return np.clip((style - own_mean) @ matrix.T + mean, 0, 255)


def picture(name, width, height):
    file = Image.open(HERE.parent / name).convert("RGB")
    return np.asarray(file.resize((width, height), Image.Resampling.BICUBIC))


def write(name, tensors, metadata):
    header, data = {"__metadata__": metadata}, b""
    for key, array in tensors.items():
        kind = {"uint8": "U8", "float32": "F32"}[str(array.dtype)]
        header[key] = {"dtype": kind, "shape": list(array.shape), "data_offsets": [len(data), len(data) + array.nbytes]}
        data += array.tobytes()
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    (HERE / name).write_bytes(struct.pack("<Q", len(text)) + text + data)


def make(name, content, style, losses, metadata, measured=None):
    """Runs Adam from noise; `measured` is the style as it is measured, where its colours are matched."""
    with torch.no_grad():
        target = activations(network_input(content))["conv4_2"]
        styles = activations(network_input(style if measured is None else measured))
    noise = np.random.default_rng(1).uniform(-20, 20, content.shape)
    start = (0.6 * noise + 0.4 * (content - MEAN)).astype(np.float32)
    image = torch.tensor(start.astype(np.float64).transpose(2, 0, 1)[None], requires_grad=True)
    adam = torch.optim.Adam([image], lr=2.0, betas=(0.9, 0.999), eps=1e-8)
    table, gradient = [], None
    for step in range(STEPS + 1):
        adam.zero_grad()
        found = activations(image)
        jc = ((found["conv4_2"] - target) ** 2).sum() / (4 * target.numel())
        js = sum(0.2 * weight * LOSSES[loss](found[layer], styles[layer])
                 for loss, weight in losses.items() for layer in STYLE_LAYERS)
        total = ALPHA * jc + BETA * js
        table.append([float(value.detach()) for value in (total, jc, js)])
        if step < STEPS:
            total.backward()
            if gradient is None:
                gradient = image.grad[0].numpy().transpose(1, 2, 0).astype(np.float32)
            adam.step()
    print(name, table[0], table[-1])
    write(name, {"content_rgb_u8": content, "style_rgb_u8": style, "init_hwc": start, "grad0_hwc": gradient,
                 "trajectory_J_Jc_Js": np.array(table, np.float32)}, {"pool": "avg", "alpha": "10", "beta": "40", **metadata})


CONTENT = picture("photo-astronaut.jpg", 48, 36)
GLASS = picture("style-warm-glass.jpg", 40, 44)
SWIRLS = picture("style-night-swirls.jpg", 44, 40)
make("moments.safetensors", CONTENT, GLASS, {"gram": 1, "moments": 0.5}, {"style_loss": "gram:1,moments:0.5"})
make("histogram.safetensors", CONTENT, GLASS, {"gram": 1, "histogram": 0.5}, {"style_loss": "gram:1,histogram:0.5"})
make("matched.safetensors", CONTENT, SWIRLS, {"gram": 1}, {"colors": "match"}, matched(SWIRLS, CONTENT))
