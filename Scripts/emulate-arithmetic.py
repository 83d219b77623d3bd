#!/usr/bin/env python3
"""The figures of qstyle's arithmetic check by an emulation in PyTorch: Fixtures/arithmetic/*.safetensors.

Reads the float32 and the int8 weights, runs both networks on two crops of the fixtures, and stores what each layer
costs alone and with all others, forward and back, in decibels and as a cosine. Written from ARCHITECTURE.md's numeric contract alone;
sums are Float64, so that only ties of roundings can differ. Needs numpy, pillow and torch (CPU), and `make weights`.
"""

import argparse
import json
import struct
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
MEAN = np.array([123.68, 116.779, 103.939], np.float32)
LAYERS = [f"conv{block}_{place}" for block, count in enumerate([2, 2, 4, 4, 1], 1) for place in range(1, count + 1)]
STYLE = ["conv1_1", "conv2_1", "conv3_1", "conv4_1", "conv5_1"]
BLOCKS = [2, 2, 4, 4, 4]  # of the whole network, from whose end the tiles of the way back are placed
TYPES = {"F32": np.float32, "F64": np.float64, "I8": np.int8, "U8": np.uint8, "I32": np.int32}


def load(path):
    data = path.read_bytes()
    size = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:8 + size])
    header.pop("__metadata__", None)
    return {
        name: np.frombuffer(data[8 + size:][slice(*entry["data_offsets"])], TYPES[entry["dtype"]]).reshape(entry["shape"])
        for name, entry in header.items()}


def save(path, tensors, metadata):
    header, offset = {"__metadata__": metadata}, 0
    names = {np.dtype(kind): name for name, kind in TYPES.items()}
    for name, values in tensors.items():
        header[name] = {
            "dtype": names[values.dtype], "shape": list(values.shape), "data_offsets": [offset, offset + values.nbytes]}
        offset += values.nbytes
    text = json.dumps(header).encode()
    text += b" " * (-(len(text) + 8) % 64)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(v.tobytes() for v in tensors.values()))


def crop(name, left, top, width, height):
    image = Image.open(ROOT / "Fixtures" / name).convert("RGB").crop((left, top, left + width, top + height))
    return np.asarray(image, np.uint8)


def tensor(values):
    return torch.tensor(np.asarray(values, np.float64))


def column(values):
    return tensor(values).view(1, -1, 1, 1)


def tile_phases():
    """By layer, the rows of its input at which tiles begin, modulo 4: a row before those end from which its gradient came."""
    phases, edge = [], 0
    for block in reversed(BLOCKS):
        for place in reversed(range(block)):
            phases.append((edge - 1) % 4)
            edge = phases[-1] * (2 if place == 0 else 1)
    return phases[::-1]


class Sums:
    """Energies of a signal, of its copy, of their product and of their difference."""

    def __init__(self):
        self.sums = np.zeros(4)

    def add(self, value, truth):
        self.sums += [float((value * truth).sum()), float((value**2).sum()), float((truth**2).sum()),
                      float(((value - truth) ** 2).sum())]

    @property
    def decibels(self):
        return 10 * np.log10(self.sums[2] / self.sums[3])

    @property
    def cosine(self):
        return self.sums[0] / np.sqrt(self.sums[1] * self.sums[2])


class Steps:
    """Float32's activations in steps of the channels' scales."""

    def __init__(self):
        self.largest, self.sum, self.squares = 0, 0, 0

    def add(self, steps):
        self.largest = np.maximum(self.largest, steps.amax((0, 2, 3)).numpy())
        self.sum += float(steps.sum())
        self.squares += float((steps**2).sum())

    def reaches(self, channels):
        """What the conversion has seen beside the largest of each active channel, in the middle, and beside the mean."""
        seen = 255 / 1.05
        active = self.largest > 0
        by_channel = np.sort(seen * channels[active] / self.largest[active])
        return by_channel[len(by_channel) // 2], seen * self.sum / self.squares


def pool_average(q):
    """(a + b + c + d + e) >> 2 along a row; e is what the pixel before left over, at first 2."""
    sums = (4 * F.avg_pool2d(q, 2)).round()
    out = torch.empty_like(sums)
    carry = torch.full_like(sums[..., 0], 2)
    for x in range(sums.shape[-1]):
        total = sums[..., x] + carry
        out[..., x] = torch.floor(total / 4)
        carry = total - 4 * out[..., x]
    return out


class Networks:
    def __init__(self, pooling):
        self.pooling = pooling
        floats = load(ROOT / "Fixtures/vgg19-reference.safetensors")
        own = load(ROOT / "weights/vgg19-int8.safetensors")
        self.layers, scale, channels = [], 1 / 64, torch.ones(1, 3, 1, 1, dtype=torch.float64)
        for name in LAYERS:
            output = float(own[f"{name}.activation_scale"][0 if pooling == "avg" else 1])
            layer = {
                "w": tensor(floats[f"{name}.weight_table"][floats[f"{name}.weight_index"]]),
                "b": tensor(floats[f"{name}.bias"]), "q": tensor(own[f"{name}.weight"]),
                "qb": tensor(own[f"{name}.bias.{pooling}"]), "step": column(own[f"{name}.weight_scale"]),
                "channels": column(own[f"{name}.channel_scale"]), "in": scale, "out": output, "before": channels}
            self.layers.append(layer)
            scale, channels = output, layer["channels"]

    def float_pool(self, a):
        return F.avg_pool2d(a, 2) if self.pooling == "avg" else F.max_pool2d(a, 2)

    def own_pool(self, q):
        return pool_average(q) if self.pooling == "avg" else F.max_pool2d(q, 2)

    @staticmethod
    def convolve(layer, q):
        """Stored activations and the exact ReLU's mask."""
        sums = F.conv2d(q, layer["q"], layer["qb"], padding=1)
        multiplier = (np.float32(layer["in"]) * layer["step"].numpy().astype(np.float32)) / np.float32(layer["out"])
        return torch.round(torch.clamp(sums * tensor(multiplier), 0, 255)), sums > 0

    def forward(self, image, figures):
        """Both networks on an image; what the way back needs of both."""
        truth = tensor(image.astype(np.float32) - MEAN).permute(2, 0, 1)[None]
        own = torch.round(truth * 64)
        truth.requires_grad_(True)
        kept = []
        for index, (name, layer) in enumerate(zip(LAYERS, self.layers)):
            pooled = index > 0 and name.endswith("_1")
            if pooled:
                truth, own = self.float_pool(truth), self.own_pool(own)
            alone = own
            if index > 0:
                alone = torch.round(torch.clamp(truth.detach() / (layer["in"] * layer["before"]), 0, 255))
            sums = F.conv2d(truth, layer["w"], layer["b"], padding=1)
            sums.retain_grad()
            truth = torch.relu(sums)
            real = layer["out"] * layer["channels"]
            figures["steps"][index].add(truth.detach() / real)
            own, mask = self.convolve(layer, own)
            figures["alone"][index].add(self.convolve(layer, alone)[0] * real, truth.detach())
            figures["accumulated"][index].add(own * real, truth.detach())
            kept.append({"truth": truth, "sums": sums, "own": own, "mask": mask, "pooled": pooled})
        return kept

    def biases(self):
        """How far biases are from float32's, in steps of the output: root mean square; slope over its standard error."""
        for layer in self.layers:
            bias = (layer["b"] / layer["channels"].flatten() / layer["out"]).numpy()
            move = (layer["qb"] * layer["in"] * layer["step"].flatten() / layer["out"]).numpy() - bias
            slope, rest = np.polyfit(bias, move, 1)
            error = np.std(move - slope * bias - rest) / np.std(bias) / np.sqrt(len(bias))
            yield np.sqrt((move**2).mean()), slope / max(error, 0.02)

    def grams(self, kept):
        def gram(a):
            flat = a.reshape(a.shape[1], -1)
            return flat @ flat.T
        return {
            name: (gram(kept[i]["truth"]), gram(kept[i]["own"] * self.layers[i]["out"] * self.layers[i]["channels"]))
            for i, name in enumerate(LAYERS) if name in STYLE}

    @staticmethod
    def quantize(gradient):
        """8 bits with a scale per pixel: h and t."""
        scale = gradient.abs().amax(1, keepdim=True) / 127
        return torch.where(scale > 0, torch.round(gradient / torch.where(scale > 0, scale, 1)), 0), scale

    def send_back(self, stored, index):
        """dJ/d(input) in tiles of 4 x 4 pixels, whose windows of 6 x 6 are brought to one scale each; of the image pixel by pixel."""
        (h, t), layer = stored, self.layers[index]
        if index == 0:
            return F.conv_transpose2d(h * t, layer["q"], padding=1) / layer["before"]
        height, width = h.shape[2:]
        above = -tile_phases()[index] % 4  # rows of the first tiles that lie above the picture
        pad = (1, 5, 1 + above, 8)
        h, t = F.pad(h, pad)[0], F.pad(t, pad)[0, 0].numpy().astype(np.float32)
        weights = layer["q"].flip(2, 3).transpose(0, 1)
        out = torch.zeros(1, weights.shape[0], above + height + 8, width + 8, dtype=torch.float64)
        for y in range(0, above + height, 4):
            for x in range(0, width, 4):
                scales = t[y:y + 6, x:x + 6]
                most = scales.max()
                if most == 0:
                    continue
                factors = np.rint(np.minimum(scales * (np.float32(32768) / most), np.float32(32767)))
                window = torch.floor((h[:, y:y + 6, x:x + 6] * tensor(factors) + 16384) / 32768)
                out[0, :, y:y + 4, x:x + 4] = float(most) * F.conv2d(window[None], weights)[0]
        return out[:, :, above:above + height, :width] / layer["before"]

    def backward(self, kept, targets, figures):
        loss = 0
        grams = self.grams(kept)
        for i, name in enumerate(LAYERS):
            if name in STYLE:
                loss = loss + ((grams[name][0] - targets[name][0]) ** 2).sum() / (2 * kept[i]["truth"].numel()) ** 2
        loss.backward()
        incoming = None
        for i in reversed(range(len(LAYERS))):
            layer, name, state = self.layers[i], LAYERS[i], kept[i]
            own = state["own"] * layer["out"] * layer["channels"]
            gradient = torch.zeros_like(own) if incoming is None else incoming
            if name in STYLE:
                difference = (grams[name][1] - targets[name][1]).detach()
                flat = difference @ own.reshape(own.shape[1], -1) / own.numel() ** 2
                gradient = gradient + flat.reshape(own.shape)
            fold = layer["channels"] * layer["step"]
            stored = self.quantize(gradient * state["mask"] * fold)
            wanted = state["sums"].grad
            figures["gradient"][i].add(stored[0] * stored[1] / fold, wanted)
            alone = self.send_back(self.quantize(wanted * fold), i)
            figures["gradient_alone"][i].add(alone, F.conv_transpose2d(wanted, layer["w"], padding=1))
            incoming = self.send_back(stored, i)
            if state["pooled"]:
                incoming = self.unpool(incoming, kept[i - 1]["own"])

    def unpool(self, gradient, q):
        if self.pooling == "avg":
            out = F.interpolate(gradient / 4, scale_factor=2, mode="nearest")
            return F.pad(out, (0, q.shape[3] - out.shape[3], 0, q.shape[2] - out.shape[2]))
        # Equal maxima share.
        most = F.interpolate(F.max_pool2d(q, 2), scale_factor=2, mode="nearest")
        is_most = (q == most).double()
        share = is_most / F.interpolate(4 * F.avg_pool2d(is_most, 2), scale_factor=2, mode="nearest")
        return F.interpolate(gradient, scale_factor=2, mode="nearest") * share


def main():
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    torch.set_num_threads(1)
    # Sides that halve four times, higher than wide: the engine walks down the rows of such a picture.
    content = crop("photo-astronaut.jpg", 60, 30, 48, 64)
    style = crop("style-night-swirls.jpg", 20, 20, 48, 64)
    for pooling in ["avg", "max"]:
        networks = Networks(pooling)
        figures = {key: [Sums() for _ in LAYERS] for key in ["alone", "accumulated", "gradient_alone", "gradient"]}
        steps = figures["steps"] = [Steps() for _ in LAYERS]
        targets = {name: (a.detach(), b.detach()) for name, (a, b) in networks.grams(networks.forward(style, figures)).items()}
        kept = networks.forward(content, figures)
        networks.backward(kept, targets, figures)
        del figures["steps"]
        tensors = {"content_rgb_u8": content, "style_rgb_u8": style}
        for key, sums in figures.items():
            tensors[f"{key}_db"] = np.array([s.decibels for s in sums], np.float32)
            tensors[f"{key}_cosine"] = np.array([s.cosine for s in sums], np.float32)
        reaches = [s.reaches(l["channels"].flatten().numpy()) for s, l in zip(steps, networks.layers)]
        tensors["channel_reach"], tensors["mean_reach"] = np.array(reaches, np.float32).T
        tensors["bias_move"], tensors["bias_fit"] = np.array(list(networks.biases()), np.float32).T
        grams = networks.grams(kept)
        tensors["gram_error"] = np.array(
            [float((own - truth).norm() / truth.norm()) for truth, own in (grams[name] for name in STYLE)], np.float32)
        path = ROOT / "Fixtures/arithmetic" / f"{pooling}.safetensors"
        save(path, {k: np.ascontiguousarray(v) for k, v in tensors.items()}, {"pool": pooling})
        print(path.name)
        for key in figures:
            print(f"  {key:15s}", " ".join(f"{v:6.2f}" for v in tensors[f"{key}_db"]))


if __name__ == "__main__":
    main()
