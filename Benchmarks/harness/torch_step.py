"""Style transfer in PyTorch: the forward pass alone, and whole steps; in float32, or by autocast in bfloat16.

The step is qstyle's: average pooling, the content cost at conv4_2, the style costs of five
layers, the gradient of the image, and Adam. `--precision P-last` has the channels last in memory.
"""

import contextlib

import torch
from torch.nn import functional

from harness.common import best_ms, layers, options, report

CONTENT_LAYER = "conv4_2"
CONTENT_WEIGHT = 10
STYLE_LAYERS = ["conv1_1", "conv2_1", "conv3_1", "conv4_1", "conv5_1"]
STYLE_WEIGHT = 40


class Network:
    """VGG-19 to conv5_1 with random weights, which need no gradient."""

    def __init__(self, width, height, order):
        self.layers = [
            (layer, (torch.randn(layer.outputs, layer.inputs, 3, 3) * (2 / (9 * layer.inputs)) ** 0.5).to(memory_format=order),
             0.05 * torch.randn(layer.outputs))
            for layer in layers(width, height)
        ]

    def activations(self, image):
        """Each layer's name with its values after ReLU."""
        values = image
        for layer, weights, biases in self.layers:
            if layer.pooled:
                values = functional.avg_pool2d(values, 2)
            values = functional.relu(functional.conv2d(values, weights, biases, padding=1))
            yield layer.name, values


def gram(values):
    """The channels' products, summed over the positions."""
    rows = values.flatten(2)[0]
    return rows @ rows.T


def cost(network, image, content, grams):
    """J of the source article: the weighted content and style costs."""
    total = 0
    for name, values in network.activations(image):
        if name == CONTENT_LAYER:
            squares = (values - content).square().sum()
            total = total + CONTENT_WEIGHT * squares / (4 * values.numel())
        if name in STYLE_LAYERS:
            squares = (gram(values) - grams[name]).square().sum()
            total = total + STYLE_WEIGHT * 0.2 * squares / (2 * values.numel()) ** 2
    return total


def main():
    chosen = options(["float32", "float32-last", "bf16", "bf16-last"])
    width, height = chosen.size
    torch.set_num_threads(chosen.threads)
    torch.manual_seed(1)
    order = torch.channels_last if chosen.precision.endswith("-last") else torch.contiguous_format
    network = Network(width, height, order)

    def arithmetic():
        return torch.autocast("cpu", torch.bfloat16) if chosen.precision.startswith("bf16") else contextlib.nullcontext()

    with torch.no_grad(), arithmetic():
        content = dict(network.activations(torch.randn(1, 3, height, width)))[CONTENT_LAYER]
        style = network.activations(torch.randn(1, 3, height, width))
        grams = {name: gram(values) for name, values in style if name in STYLE_LAYERS}
        image = torch.randn(1, 3, height, width).to(memory_format=order)
    image.requires_grad_()
    optimizer = torch.optim.Adam([image], lr=2.0)

    def forward():
        with torch.no_grad(), arithmetic():
            for _ in network.activations(image):
                pass

    def step():
        optimizer.zero_grad()
        with arithmetic():
            total = cost(network, image, content, grams)
        total.backward()
        optimizer.step()

    report(
        torch.__version__, forward_ms=best_ms(forward, chosen.repeats),
        step_ms=best_ms(step, chosen.repeats))


if __name__ == "__main__":
    main()
