#!/usr/bin/env python3
"""Makes the torch.save fixtures with PyTorch (2.13.0 was used), in both containers.

Usage: make-fixtures.py FOLDER. expected.safetensors has the same tensors, contiguous.
"""

import collections
import sys

import torch
from safetensors.torch import save_file

folder = sys.argv[1]
base = torch.arange(24, dtype=torch.float32)
tensors = collections.OrderedDict(
    matrix=base.reshape(4, 6) / 8,
    transposed=base.reshape(4, 6).t(),  # strides 1, 6 over a shared storage
    part=base.reshape(2, 3, 4)[1, 1:, ::2],  # an offset and gaps
    scalar=torch.tensor(-1.5),
    empty=torch.zeros(0, 3),
    bytes=torch.arange(256, dtype=torch.uint8),
    signed=torch.tensor([-128, -1, 0, 127], dtype=torch.int8),
    integers=torch.tensor([-(2**31), 2**31 - 1], dtype=torch.int32),
)
extra = {"epoch": 3, "rate": 0.5, "name": "fixture", "flags": [True, False, None], "pair": (1, 2)}

for container, zipped in (("zip", True), ("legacy", False)):
    torch.save(
        collections.OrderedDict(**tensors, **extra), f"{folder}/tensors.{container}.bin",
        _use_new_zipfile_serialization=zipped)
    module = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3))
    with torch.no_grad():
        module[0].weight.copy_(torch.arange(18).reshape(2, 1, 3, 3))
        module[0].bias.copy_(torch.tensor([0.25, -0.25]))
    torch.save(
        module.state_dict(), f"{folder}/module.{container}.bin",
        _use_new_zipfile_serialization=zipped)


class Hostile:
    def __reduce__(self):
        import os
        return os.system, ("true",)


torch.save({"weight": Hostile()}, f"{folder}/hostile.zip.bin")
torch.save({"weight": Hostile()}, f"{folder}/hostile.legacy.bin", _use_new_zipfile_serialization=False)
save_file({k: v.contiguous().clone() for k, v in tensors.items()}, f"{folder}/expected.safetensors")
