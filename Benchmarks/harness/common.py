"""What every measured process shares: the network's shapes, its options, timing and peak memory."""

import argparse
import json
import time
from collections import namedtuple
from pathlib import Path

Layer = namedtuple("Layer", "name inputs outputs width height pooled macs")


def layers(width, height):
    """The convolutions of shapes.json for an image of width x height; pooled: a pool lies before."""
    result = []
    halvings = 0
    for row in json.loads((Path(__file__).parent.parent / "shapes.json").read_text())["layers"]:
        columns, rows = width >> row["halvings"], height >> row["halvings"]
        inputs, outputs = row["input_channels"], row["output_channels"]
        macs = 9 * inputs * outputs * columns * rows
        pooled = row["halvings"] > halvings
        halvings = row["halvings"]
        result.append(Layer(row["name"], inputs, outputs, columns, rows, pooled, macs))
    return result


def forward_macs(width, height):
    """Multiply-accumulates of one forward pass; a backward pass has as many."""
    return sum(layer.macs for layer in layers(width, height))


def size(text):
    """WIDTHxHEIGHT as a pair of numbers."""
    width, _, height = text.partition("x")
    return int(width), int(height)


def count(text):
    """A number of 1 or more."""
    number = int(text)
    if number < 1:
        raise ValueError
    return number


def options(precisions):
    """The options of a measured process, read from its command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--precision", choices=precisions, default=precisions[0])
    parser.add_argument("--size", type=size, default=(512, 384))
    parser.add_argument("--threads", type=count, default=2)
    parser.add_argument("--repeats", type=count, default=3)
    return parser.parse_args()


def best_ms(call, repeats, warm_up=2):
    """The shortest of several calls, in milliseconds, after calls that do not count."""
    for _ in range(warm_up):
        call()
    best = float("inf")
    for _ in range(repeats):
        start = time.perf_counter()
        call()
        best = min(best, time.perf_counter() - start)
    return 1000 * best


def peak_bytes():
    """The most memory that this process has had resident."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return 1024 * int(line.split()[1])
    return 0


def report(version, **figures):
    """Prints what was measured, for the process that started this one."""
    print(json.dumps({"version": version, "peak_bytes": peak_bytes(), **figures}))
