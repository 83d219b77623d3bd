"""Makes the small files of Corpus: pip install numpy h5py scipy. Patterns throughout."""
import os

import h5py
import numpy as np
import scipy.io

folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "Corpus")
weights = np.arange(36, dtype=np.float32).reshape(3, 3, 2, 2)
bias = np.ones(2, np.float32)


def path(target, name):
    os.makedirs(os.path.join(folder, target), exist_ok=True)
    return os.path.join(folder, target, name)


for version in "earliest", "latest":
    with h5py.File(path("hdf5", version + ".h5"), "w", libver=version) as file:
        group = file.create_group("block1_conv1/inner", track_order=False)
        group.create_dataset("kernel:0", data=weights, chunks=(3, 3, 1, 2), compression="gzip", shuffle=True, fletcher32=True)
        group.create_dataset("bias:0", data=bias)
        group.create_dataset("half", data=bias.astype(np.float16))
        file.create_dataset("number", data=np.float64(1))
        file["soft"] = h5py.SoftLink("/number")
        file["external"] = h5py.ExternalLink("other.h5", "/number")
        file.attrs["layer_names"] = np.array([b"block1_conv1"])

layer = {"type": "conv", "name": "conv1_1", "weights": np.array([weights, bias], dtype=object)}
old = {"type": "conv", "name": "conv1_2", "filters": weights, "biases": bias.astype(np.float64)}
layers = np.empty((1, 3), dtype=object)
layers[0] = [layer, old, {"type": "relu", "name": "relu1_2"}]
mean = np.full((2, 2, 3), 100, np.float32)
for name, more in ("meta", {"meta": {"normalization": {"averageImage": mean}}}), ("old", {"normalization": {"averageImage": mean}}):
    for compressed in False, True:
        scipy.io.savemat(path("matlab", f"{name}{'-packed' if compressed else ''}.mat"), {"layers": layers, **more}, do_compression=compressed)
