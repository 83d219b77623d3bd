#!/usr/bin/env python3
"""Makes the fixtures of PyTorch 0.1, `era/*.bin`: the tensors of expected.safetensors in its containers.

Usage: make-era.py FOLDER [--check]. The names say Python, container and protocol. With --check, PyTorch (2.13.0 was
used) reads every file, and the tensors must be those that it reads of tensors.legacy.bin.
"""

import collections
import pathlib
import sys

import numpy as np

from era_pickle import Parameter, Storage, Tensor, legacy, tar

HERE = pathlib.Path(__file__).resolve().parent


def tensors(wrap, views):
    base = np.arange(24, dtype=np.float32)
    eighths = Storage(base / 8)
    integers = Storage(base)
    if views:
        # `part` begins in a part of its storage, `transposed` in one of all of it.
        integers = Storage(base, part=(Storage(np.concatenate([-base, base, -base])), 24))
    return collections.OrderedDict(
        matrix=wrap(Tensor(eighths, 0, (4, 6), (6, 1))),
        transposed=wrap(Tensor(integers, 0, (6, 4), (1, 6))),
        part=wrap(Tensor(integers, 16, (2, 2), (4, 2))),
        scalar=wrap(Tensor.of(np.array([-1.5], np.float32))),
        bytes=Tensor.of(np.arange(256, dtype=np.uint8)),
        signed=Tensor.of(np.array([-128, -1, 0, 127], np.int8)),
        integers=Tensor.of(np.array([-2**31, 2**31 - 1], np.int32)),
        epoch=3, rate=0.5, name="fixture", flags=[True, False, None], pair=(1, 2))


def files():
    for python in 2, 3:
        for name, write in ("legacy", legacy), ("tar", tar):
            yield f"python{python}-{name}-2", write(tensors(lambda t: t, False), python)
        yield f"python{python}-legacy-views", legacy(tensors(lambda t: t, True), python)
        yield f"python{python}-legacy-parameters", legacy(tensors(Parameter, False), python)
    yield "python2-tar-views", tar(tensors(lambda t: t, True), 2)
    # Persistent ids of protocol 0 are lines, which only the tar container's are.
    yield "python2-tar-0", tar(tensors(lambda t: t, False), 2, protocol=0)
    yield "python2-legacy-1", legacy(tensors(lambda t: t, False), 2, protocol=1)
    yield "python3-legacy-1", legacy(tensors(lambda t: t, False), 3, protocol=1)


def check(path, expected):
    import torch
    found = torch.load(path, weights_only=False)
    assert list(found) == [name for name in expected if name != "empty"], path
    for name, value in found.items():
        if torch.is_tensor(value):
            assert value.dtype == expected[name].dtype and value.tolist() in (
                expected[name].tolist(), [expected[name].tolist()]), (path, name)
        else:
            assert value == expected[name], (path, name)


folder = pathlib.Path(sys.argv[1])
for name, data in files():
    path = folder / f"{name}.bin"
    path.write_bytes(data)
    if "--check" in sys.argv:
        import torch
        check(path, torch.load(HERE / "tensors.legacy.bin", weights_only=False))
        print(path.name, len(data))
