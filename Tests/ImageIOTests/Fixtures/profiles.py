"""ICC profiles byte by byte from the specification (ICC.1:2022), independently of Little CMS."""
import struct

import numpy

D50 = (0.9642, 1.0, 0.8249)
D65 = (0.3127, 0.3290)
SRGB_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
BRADFORD = numpy.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])


def light(xy):
    return numpy.array([xy[0] / xy[1], 1, (1 - xy[0] - xy[1]) / xy[1]])


def primaries(white, red, green, blue):
    """The matrix from linear RGB to XYZ, adapted to D50."""
    matrix = numpy.stack([light(red), light(green), light(blue)], 1)
    matrix *= numpy.linalg.solve(matrix, light(white))
    scale = (BRADFORD @ D50) / (BRADFORD @ light(white))
    return numpy.linalg.inv(BRADFORD) @ numpy.diag(scale) @ BRADFORD @ matrix


def fixed(*values):
    return b"".join(struct.pack(">i", round(value * 65536)) for value in values)


def text(words):
    words = words.encode("utf-16-be")
    return b"mluc\0\0\0\0" + struct.pack(">II2s2sII", 1, 12, b"en", b"US", len(words), 28) + words


def assemble(kind, space, pcs, tags, version):
    data, table = b"", b""
    start = 132 + 12 * (len(tags) + 3)
    xyz = b"XYZ \0\0\0\0"
    for name, tag in [(b"desc", text("test")), (b"cprt", text("none")), (b"wtpt", xyz + fixed(*D50)), *tags]:
        table += name + struct.pack(">II", start + len(data), len(tag))
        data += tag + bytes(-len(tag) % 4)
    header = struct.pack(">4sI4s4s4s6H4s", bytes(4), version, kind, space, pcs, 2020, 1, 1, 0, 0, 0, b"acsp")
    header += bytes(28) + fixed(*D50)
    header += bytes(124 - len(header))
    body = header + struct.pack(">I", len(tags) + 3) + table + data
    return struct.pack(">I", len(body) + 4) + body


def rgb(matrix, curve):
    """A matrix and one parametric curve: a gamma, or gamma, a, b, c and d of type 3."""
    shape = b"para\0\0\0\0" + struct.pack(">HH", 0 if len(curve) == 1 else 3, 0) + fixed(*curve)
    columns = [(name, b"XYZ \0\0\0\0" + fixed(*matrix[:, i])) for i, name in enumerate([b"rXYZ", b"gXYZ", b"bXYZ"])]
    curves = [(name, shape) for name in [b"rTRC", b"gTRC", b"bTRC"]]
    return assemble(b"mntr", b"RGB ", b"XYZ ", columns + curves, 0x04300000)


def cmyk():
    """A table of three steps an ink; the inks are not pure, so that it differs from the plain arithmetic."""
    nodes = numpy.stack(numpy.meshgrid(*[numpy.arange(3) / 2] * 4, indexing="ij"), -1).reshape(-1, 4)
    ink = numpy.array([[0.9, 0.3, 0.1], [0.15, 0.85, 0.35], [0.05, 0.15, 0.8], [0.92, 0.9, 0.88]])
    linear = numpy.prod(1 - nodes[:, :, None] * ink, 1)
    matrix = primaries(D65, (0.64, 0.33), (0.30, 0.60), (0.15, 0.06))
    relative = linear @ matrix.T / D50
    f = numpy.where(relative > 216 / 24389, numpy.cbrt(relative), (24389 / 27 * relative + 16) / 116)
    lab = numpy.stack([116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], 1)
    codes = numpy.round((lab + [0, 128, 128]) * [652.8, 256, 256]).astype(int)
    table = b"mft2\0\0\0\0" + struct.pack(">BBBB", 4, 3, 3, 0) + fixed(1, 0, 0, 0, 1, 0, 0, 0, 1)
    table += struct.pack(">HH", 2, 2) + struct.pack(">HH", 0, 65535) * 4
    table += b"".join(struct.pack(">H", code) for code in codes.ravel())
    table += struct.pack(">HH", 0, 65535) * 3
    return assemble(b"prtr", b"CMYK", b"Lab ", [(b"A2B0", table)], 0x02400000)


P3 = rgb(primaries(D65, (0.680, 0.320), (0.265, 0.690), (0.150, 0.060)), SRGB_CURVE)
ADOBE = rgb(primaries(D65, (0.64, 0.33), (0.21, 0.71), (0.15, 0.06)), (563 / 256,))
PROPHOTO = rgb(
    primaries((0.3457, 0.3585), (0.7347, 0.2653), (0.1596, 0.8404), (0.0366, 0.0001)), (1.8, 1, 0, 1 / 16, 1 / 32))
