"""The forward pass as an ONNX model, in float32 or quantized to 8 bits, for both runtimes.

Quantized means QuantizeLinear and DequantizeLinear pairs as the runtimes fuse them: activations
of 8 bits unsigned with one scale a tensor, weights of 8 bits signed with one scale an output
channel, biases of 32 bits. The values are random: they do not change the time.
"""

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from harness.common import layers

# Inputs have a spread of 1 and He's weights keep it, so no value is lost at this range.
RANGE = 8.0


class _Graph:
    """Nodes and constants of a model, with the name of the tensor that was made last."""

    def __init__(self):
        self.nodes = []
        self.constants = []
        self.last = "image"

    def constant(self, name, values):
        self.constants.append(numpy_helper.from_array(values, name))
        return name

    def add(self, kind, name, inputs, **attributes):
        self.nodes.append(helper.make_node(kind, inputs, [name], name=name, **attributes))
        return name

    def quantized(self, name, step, zero_point):
        """Passes the last tensor through a quantization to 8 bits unsigned."""
        parameters = [
            self.constant(name + "_step", np.float32(step)),
            self.constant(name + "_zero", np.uint8(zero_point)),
        ]
        quantized = self.add("QuantizeLinear", name + "_q", [self.last, *parameters])
        self.last = self.add("DequantizeLinear", name + "_dq", [quantized, *parameters])

    def dequantized(self, name, values, steps):
        """A constant of integers with one step for each output channel."""
        parameters = [
            self.constant(name + "_q", values),
            self.constant(name + "_steps", steps.astype(np.float32)),
            self.constant(name + "_zeros", np.zeros(steps.shape, values.dtype)),
        ]
        return self.add("DequantizeLinear", name, parameters, axis=0)


def serialized(width, height, is_quantized):
    """The model from image [1, 3, height, width] to the activations of the last layer."""
    random = np.random.default_rng(1)
    graph = _Graph()
    network = layers(width, height)
    step = RANGE / 128
    if is_quantized:
        graph.quantized("input", step, zero_point=128)
    for layer in network:
        name = layer.name
        if layer.pooled:
            graph.last = graph.add(
                "AveragePool", name + "_pool", [graph.last], kernel_shape=[2, 2], strides=[2, 2])
            if is_quantized:
                graph.quantized(name + "_pool", step, zero_point=0)
        weights = random.normal(
            0, np.sqrt(2 / (9 * layer.inputs)), (layer.outputs, layer.inputs, 3, 3))
        biases = random.normal(0, 0.05, layer.outputs)
        if is_quantized:
            steps = np.abs(weights).max(axis=(1, 2, 3)) / 127
            integers = np.rint(weights / steps[:, None, None, None]).astype(np.int8)
            weights = graph.dequantized(name + "_weights", integers, steps)
            steps = steps * step
            biases = graph.dequantized(
                name + "_biases", np.rint(biases / steps).astype(np.int32), steps)
        else:
            weights = graph.constant(name + "_weights", weights.astype(np.float32))
            biases = graph.constant(name + "_biases", biases.astype(np.float32))
        graph.add("Conv", name, [graph.last, weights, biases], kernel_shape=[3, 3], pads=[1] * 4)
        graph.last = graph.add("Relu", name + "_relu", [name])
        if is_quantized:
            step = RANGE / 255
            graph.quantized(name, step, zero_point=0)
    last = network[-1]
    model = helper.make_model(
        helper.make_graph(
            graph.nodes, "vgg19",
            [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, height, width])],
            [helper.make_tensor_value_info(
                graph.last, TensorProto.FLOAT, [1, last.outputs, last.height, last.width])],
            graph.constants),
        opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return model.SerializeToString()


def image(width, height):
    """A random image of the model's input shape."""
    return np.random.default_rng(2).normal(0, 1, (1, 3, height, width)).astype(np.float32)
