"""Writes what torch.save of PyTorch 0.1 wrote, under Python 2 and 3, without either.

PyTorch before 0.1.9 wrote a tar archive (`torch.serialization.legacy_load` reads it), later ones the legacy
container. Tensors are `torch._utils._rebuild_tensor(storage, offset, size, stride)`, and parameters objects of their
class with a state. Under Python 2 an OrderedDict is a call with a list of [key, value] lists, a `str` is the
instruction SHORT_BINSTRING, or a quoted line in protocol 0, and addresses are `long`.
"""

import collections
import io
import itertools
import pickle
import struct
import tarfile

import numpy as np

NAMES = {"float16": "Half", "float32": "Float", "float64": "Double", "uint8": "Byte", "int8": "Char", "int32": "Int"}
# torch.save named storages and tensors by their addresses.
ADDRESSES = itertools.count(0x7f31c0a02e10, 96)
MAGIC = 0x1950A86A20F9469CFC6C


class Global:
    def __init__(self, module, name):
        self.module, self.name = module, name


class Call:
    """callable(*arguments), or a new object of a class, and its state."""

    def __init__(self, function, arguments, state=None, new=False):
        self.function, self.arguments, self.state, self.new = function, arguments, state, new


class Storage:
    """Numbers, or `part` of those of another storage: (root, offset)."""

    def __init__(self, values, part=None):
        self.values, self.part = values, part
        self.type = Global("torch", NAMES[str(values.dtype)] + "Storage")
        self.key = next(ADDRESSES)


class Tensor:
    def __init__(self, storage, offset, size, stride):
        self.storage, self.offset, self.size, self.stride = storage, offset, tuple(size), tuple(stride)
        self.key = next(ADDRESSES)

    @classmethod
    def of(cls, array):
        array = np.ascontiguousarray(array)
        strides = tuple(s // array.itemsize for s in array.strides)
        return cls(Storage(array.reshape(-1)), 0, array.shape, strides)


class Parameter:
    """As PyTorch 0.1 pickled it: a new object, then (data, gradient, hooks, requires_grad, volatile)."""

    def __init__(self, tensor):
        self.tensor = tensor


class Pickler(pickle._Pickler):
    dispatch = dict(pickle._Pickler.dispatch)

    def __init__(self, file, protocol, python, persistent=lambda _: None):
        super().__init__(file, protocol, fix_imports=True)
        self.python, self.persistent, self.kept = python, persistent, []

    def persistent_id(self, value):
        return self.persistent(value)

    def save_text(self, value):
        if self.python == 3:
            return self.save_str(value)
        data = value.encode()
        if self.proto == 0:
            self.write(b"S" + repr(value).encode() + b"\n")
        elif len(data) < 256:
            self.write(b"U" + bytes([len(data)]) + data)
        else:
            self.write(b"T" + struct.pack("<i", len(data)) + data)
        self.memoize(value)

    def save_name(self, value):
        self.write(f"c{value.module}\n{value.name}\n".encode())
        self.memoize(value)

    def save_call(self, value):
        self.kept.append(value)  # An address must not come twice.
        self.save(value.function)
        self.save(value.arguments)
        self.write(pickle.NEWOBJ if value.new else pickle.REDUCE)
        self.memoize(value)
        if value.state is not None:
            self.save(value.state)
            self.write(pickle.BUILD)

    def save_tensor(self, value):
        self.save_call(Call(REBUILD, (value.storage, value.offset, value.size, value.stride)))

    def save_parameter(self, value):
        state = (value.tensor, None, self.dictionary({}), True, False)
        self.save_call(Call(PARAMETER, (), state, new=True))

    def dictionary(self, items):
        if self.python == 3:
            return collections.OrderedDict(items)
        # A list of no pairs is not left out.
        return Call(DICTIONARY, ([[key, value] for key, value in items.items()],))

    def save_ordered(self, value):
        if self.python == 3:
            return self.save_reduce(*value.__reduce_ex__(self.proto), obj=value)
        self.save_call(self.dictionary(value))

    dispatch[str] = save_text
    dispatch[Global] = save_name
    dispatch[Call] = save_call
    dispatch[Tensor] = save_tensor
    dispatch[Parameter] = save_parameter
    dispatch[collections.OrderedDict] = save_ordered
    save_str = pickle._Pickler.save_str


REBUILD = Global("torch._utils", "_rebuild_tensor")
PARAMETER = Global("torch.nn.parameter", "Parameter")
DICTIONARY = Global("collections", "OrderedDict")


def dump(value, python, protocol, persistent=lambda _: None):
    file = io.BytesIO()
    Pickler(file, protocol, python, persistent).dump(value)
    return file.getvalue()


def system(version):
    return {"protocol_version": version, "little_endian": True, "type_sizes": {"short": 2, "int": 4, "long": 4}}


def numbers(values):
    return struct.pack("<q", len(values)) + values.tobytes()


def legacy(value, python, protocol=2):
    storages = {}

    def persistent(item):
        if not isinstance(item, Storage):
            return None
        root, view = item, None
        if item.part:
            root, view = item.part[0], (str(item.key), item.part[1], len(item.values))
        storages[str(root.key)] = root
        return ("storage", root.type, str(root.key), "cpu", len(root.values), view)

    data = dump(MAGIC, python, protocol) + dump(1001, python, protocol) + dump(system(1001), python, protocol)
    data += dump(value, python, protocol, persistent)
    keys = sorted(storages)
    return data + dump(keys, python, protocol) + b"".join(numbers(storages[key].values) for key in keys)


def tar(value, python, protocol=2):
    tensors, storages = {}, {}

    def persistent(item):
        if isinstance(item, Tensor):
            tensors[item.key] = item
            return str(item.key)
        if isinstance(item, Storage):
            storages[item.key] = item
            return str(item.key)
        return None

    objects = dump(value, python, protocol, persistent)
    described = dump(len(tensors), python, protocol)
    for key, tensor in tensors.items():
        storages[tensor.storage.key] = tensor.storage
        kind = Global("torch", tensor.storage.type.name.replace("Storage", "Tensor"))
        described += dump((key, tensor.storage.key, kind), python, protocol)
        rank = len(tensor.size)
        described += struct.pack(f"<q{2 * rank + 1}q", rank, *tensor.size, *tensor.stride, tensor.offset)
    views = [(key, item.part[0].key, item.part[1], len(item.values)) for key, item in storages.items() if item.part]
    roots = {item.key: item for item in storages.values() if not item.part}
    roots.update({item.part[0].key: item.part[0] for item in storages.values() if item.part})
    stored = dump(len(roots), python, protocol)
    for key, item in roots.items():
        stored += dump((key, "cpu", item.type), python, protocol) + numbers(item.values)
    stored += dump(views, python, protocol)
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:", format=tarfile.PAX_FORMAT) as archive:
        for name, data in (("sys_info", dump(system(1000), python, protocol)), ("pickle", objects),
                           ("tensors", described), ("storages", stored)):
            # Fractions of a second make a pax header, as they did.
            entry = tarfile.TarInfo(name)
            entry.size, entry.mtime = len(data), 1480000000.25
            archive.addfile(entry, io.BytesIO(data))
    return file.getvalue()
