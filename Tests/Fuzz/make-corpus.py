"""Makes the small files of Corpus: pip install numpy h5py scipy torch. Patterns throughout."""
import os
import struct
import zlib

import h5py
import numpy as np
import scipy.io
import torch

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
        target = path("matlab", f"{name}{'-packed' if compressed else ''}.mat")
        scipy.io.savemat(target, {"layers": layers, **more}, do_compression=compressed)
        with open(target, "r+b") as file:
            file.write(b"MATLAB 5.0 MAT-file".ljust(116))  # Without the date.

# Channels last: the elements do not follow each other in the storage.
strided = {"conv1_1.weight": torch.ones(64, 3, 3, 3).contiguous(memory_format=torch.channels_last), "conv1_1.bias": torch.ones(64)}
torch.save(strided, path("pickle", "strided.pth"), _use_new_zipfile_serialization=False)

# The sizes of Zip64, which torch.save writes for large files only.
torch.save({"conv1_1.bias": torch.ones(2)}, path("zip", "zip64.pth"))
with open(path("zip", "zip64.pth"), "r+b") as file:
    data = file.read()
    end = data.rindex(b"PK\5\6")
    count, _, start = struct.unpack_from("<HII", data, end + 10)
    entries, place = b"", start
    for _ in range(count):
        fields = list(struct.unpack_from("<IHHHHHHIIIHHHHHII", data, place))
        name = data[place + 46:place + 46 + fields[10]]
        place += 46 + fields[10] + fields[11] + fields[12]
        extra = struct.pack("<HHQQQ", 1, 24, fields[9], fields[8], fields[16])
        fields[8:10], fields[11], fields[12], fields[16] = [0xffffffff] * 2, len(extra), 0, 0xffffffff
        entries += struct.pack("<IHHHHHHIIIHHHHHII", *fields) + name + extra
    record = struct.pack("<IQHHIIQQQQ", 0x06064b50, 44, 45, 45, 0, 0, count, count, len(entries), start)
    locator = struct.pack("<IIQI", 0x07064b50, 0, start + len(entries), 1)
    last = struct.pack("<IHHHHIIH", 0x06054b50, 0, 0, 0xffff, 0xffff, 0xffffffff, 0xffffffff, 0)
    file.seek(start)
    file.write(entries + record + locator + last)
    file.truncate()


def png(name, bits, kind, interlaced, *chunks, side=4):
    """Grey (0), palette (3) or RGBA (6) with more samples than it needs, not compressed."""
    data = zlib.compress(bytes(i % 5 for i in range(300)), 0)  # All are filters too.
    header = struct.pack(">IIBBBBB", side, side, bits, kind, 0, 0, interlaced)
    with open(path("png", name + ".png"), "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n")
        for word, content in (b"IHDR", header), *chunks, (b"IDAT", data), (b"IEND", b""):
            file.write(struct.pack(">I", len(content)) + word + content + struct.pack(">I", zlib.crc32(word + content)))


png("interlaced", 16, 6, 1)
png("palette", 4, 3, 0, (b"PLTE", bytes(range(48))), (b"tRNS", bytes(range(9))))
png("grey", 1, 0, 1, (b"tRNS", b"\0\1"))


with open(path("jobs", "lines.jsonl"), "w") as file:
    file.write(r"""{"number": -1.5e3, "integer": 12, "bytes": "64M", "choice": "one", "help": true, "many": ["a", 2, "\u00e9\ud83d\ude00\n"]}
 { "choice" : "two" , "help" : false, "number": [1, 2] , "many": [] }

{"many": "\"\\\/"}
""")
