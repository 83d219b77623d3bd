#!/usr/bin/env python3
"""Writes one VGG-19 or VGG-16 in every format that quantize reads, each with that format's own library.

Usage: make-formats.py FOLDER [--only WORD] [--vgg16] [--tiny | --types | --weights FLOAT32.safetensors]

Without options, the network is sparse: conv1_1 is the original VGG-19's (from the reference file of this
repository), every other output channel has two weights. `formats/*.xz` are these files, compressed by
xz, `external/*.xz` those of external.onnx and its data, and `vgg16/*.xz` some of those of --vgg16. With --tiny,
all layers but conv1_1 have two channels: no VGG-19, but containers small enough to be damaged thousands of times (`tiny/`). With --types, conv1_1's weights are
multiples of 1/64, which every floating-point type holds, and each type is written in each container (`types/`). With --weights, the network
is the file's (VGG-19's has all layers that VGG-16 needs), and the fully connected layers are there with
random numbers, so that the files are as large as the published ones.

The packages used: numpy 2.4, scipy, h5py, torch 2.13, safetensors, onnx 1.23, protobuf.
"""

import argparse
import collections
import pathlib
import struct

import numpy as np

DENSE = [("fc6", 25088, 4096), ("fc7", 4096, 4096), ("fc8", 4096, 1000)]
MEAN = [float(np.float32(m)) for m in (123.68, 116.779, 103.939)]
OFFSET, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
HERE = pathlib.Path(__file__).resolve().parent


def layer_table(deep):
    """Name, input channels, output channels; `deep` layers in each of the last three blocks."""
    blocks = [(2, 3, 64), (2, 64, 128), (deep, 128, 256), (deep, 256, 512), (deep, 512, 512)]
    return [(f"conv{b}_{n}", i if n == 1 else o, o)
            for b, (count, i, o) in enumerate(blocks, 1) for n in range(1, count + 1)]


def ends_block(network, name):
    names = list(network)
    return name == names[-1] or names[names.index(name) + 1][4] != name[4]


def title(network):
    """16 or 19: the fully connected layers count."""
    return len(network) + 3


# --- The network: (weights [O][I][3][3], bias [O]) by name; RGB minus mean in 0...255 ----------------

def read_safetensors(path):
    from safetensors.numpy import load_file
    return load_file(path)


def first_layer():
    file = read_safetensors(HERE / "../../../Fixtures/vgg19-reference.safetensors")
    return file["conv1_1.weight_table"][file["conv1_1.weight_index"]], file["conv1_1.bias"]


def tiny_network(layers):
    network = collections.OrderedDict(conv1_1=first_layer())
    for name, _, _ in layers[1:]:
        network[name] = (np.linspace(-1, 1, 36, dtype=np.float32).reshape(2, 2, 3, 3), np.ones(2, np.float32))
    return network


def sparse_network(layers):
    network = collections.OrderedDict(conv1_1=first_layer())
    for layer, (name, inputs, outputs) in enumerate(layers[1:], 1):
        weights = np.zeros((outputs, inputs, 9), np.float32)
        channel = np.arange(outputs)
        # The middle tap carries the image on; the other makes every place of a filter count.
        weights[channel, channel % inputs, 4] = 0.75
        weights[channel, (channel + layer) % inputs, (channel // 8 + layer) % 9] = np.where(channel % 3 == 0, -0.25, 0.3125)
        bias = (channel % 5 - 1).astype(np.float32) / 4
        network[name] = (weights.reshape(outputs, inputs, 3, 3), bias)
    return network


def normalised(weights, bias):
    """conv1_1 for (RGB / 255 - OFFSET) / DEVIATION, and the one that quantize makes of it.

    Rounding to single precision twice does not lead back to the start, so the second is the network.
    """
    theirs = np.empty_like(weights)
    ours = np.empty_like(weights)
    for c in range(3):
        theirs[:, c] = (weights[:, c].astype(np.float64) * (255 * DEVIATION[c])).astype(np.float32)
        ours[:, c] = (theirs[:, c].astype(np.float64) / (255 * DEVIATION[c])).astype(np.float32)
    shift = [(MEAN[c] / 255 - OFFSET[c]) / DEVIATION[c] for c in range(3)]
    their_bias, our_bias = np.empty_like(bias), np.empty_like(bias)
    for o in range(len(bias)):
        moved = sum(float(w) * shift[c] for c in range(3) for w in theirs[o, c].ravel())
        their_bias[o] = np.float32(float(bias[o]) - moved)
        total = float(their_bias[o])
        for c in range(3):
            for w in theirs[o, c].ravel():
                total += float(w) * shift[c]
        our_bias[o] = np.float32(total)
    return (theirs, their_bias), (ours, our_bias)


def bgr(network):
    result = collections.OrderedDict(network)
    weights, bias = network["conv1_1"]
    result["conv1_1"] = (np.ascontiguousarray(weights[:, ::-1]), bias)
    return result


# --- The formats ----------------------------------------------------------------------------------

def torch_names(network):
    return collections.OrderedDict(
        # Rectifiers and poolings count too.
        (f"features.{2 * index + int(name[4]) - 1}.{part}", values)
        for index, (name, pair) in enumerate(network.items()) for part, values in zip(("weight", "bias"), pair))


def layer_names(network):
    return collections.OrderedDict(
        (f"{name}.{part}", values)
        for name, pair in network.items() for part, values in zip(("weight", "bias"), pair))


def write_torch(path, tensors, dense, names, zipped):
    import torch
    tensors = {name: torch.from_numpy(values) for name, values in tensors.items()}
    for (weights, bias), name in zip(dense.values(), names):
        tensors[name + ".weight"] = torch.from_numpy(weights)
        tensors[name + ".bias"] = torch.from_numpy(bias)
    torch.save(collections.OrderedDict(tensors), path, _use_new_zipfile_serialization=zipped)


def write_era(path, tensors, write):
    """As PyTorch 0.1 under Python 2 wrote it."""
    from era_pickle import Parameter, Tensor
    path.write_bytes(write(collections.OrderedDict(
        (name, Parameter(Tensor.of(values))) for name, values in tensors.items()), 2))


def write_checkpoint(path, tensors):
    """A training's checkpoint: parameters of a network in parallel, beside an optimizer's and other facts."""
    import torch
    tensors = {name: torch.nn.Parameter(torch.from_numpy(values)) for name, values in tensors.items()}
    model = torch.nn.Linear(2, 2)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    model(torch.ones(1, 2)).sum().backward()
    optimizer.step()
    names = collections.OrderedDict(
        (name.replace("features.", "module.features.module."), values) for name, values in tensors.items())
    torch.save({"epoch": 3, "arch": "vgg19", "state_dict": names, "optimizer": optimizer.state_dict(),
                "best": torch.tensor(71.5)}, path)


def write_typed(path, tensors, dtype):
    import torch
    tensors = {name: torch.from_numpy(values).to(getattr(torch, dtype)) for name, values in tensors.items()}
    if path.suffix == ".pth":
        torch.save(tensors, path)
    else:
        from safetensors.torch import save_file
        save_file(tensors, path)


def write_safetensors(path, tensors, dense, names):
    from safetensors.numpy import save_file
    tensors = dict(tensors)
    for (weights, bias), name in zip(dense.values(), names):
        tensors[name + ".weight"], tensors[name + ".bias"] = weights, bias
    save_file(tensors, path, metadata={"format": "pt"} if names else None)


def write_keras(path, network, dense, old, compression):
    """Groups of layers, [H][W][I][O], BGR, as Keras 1 and Keras 2 name the datasets."""
    import h5py
    with h5py.File(path, "w") as file:
        # Keras lists all layers in an attribute; input and pooling layers have empty groups.
        file.attrs["layer_names"] = np.array(["input_1", "block1_conv1", "block1_pool"], "S")
        file.create_group("input_1")
        file.create_group("block1_pool")
        for name, (weights, bias) in list(bgr(network).items()) + list(dense.items()):
            layer = f"block{name[4]}_conv{name[6]}" if name.startswith("conv") else name
            if weights.ndim == 4:
                weights = np.ascontiguousarray(weights.transpose(2, 3, 1, 0))
            else:
                weights = weights.T
            group = file.create_group(layer)
            kernel, shift = (
                (f"{layer}_W_1:0", f"{layer}_b_1:0") if old
                else (f"{layer}/kernel:0", f"{layer}/bias:0"))
            group.attrs["weight_names"] = np.array([kernel, shift], "S")
            group.create_dataset(kernel, data=weights, compression=compression)
            group.create_dataset(shift, data=bias)


def write_keras3(path, network, compression, names=None):
    """Keras 3's groups `layers/conv2d_N/vars`, or groups under other names; in a zip archive for .keras."""
    import h5py
    import io
    import zipfile
    stream = io.BytesIO()
    with h5py.File(stream, "w") as file:
        for index, (name, (weights, bias)) in enumerate(bgr(network).items()):
            layer = f"layers/conv2d_{index}" if index else "layers/conv2d"
            group = file.create_group(f"{names(name) if names else layer}/vars")
            group.create_dataset("0", data=np.ascontiguousarray(weights.transpose(2, 3, 1, 0)), compression=compression)
            group.create_dataset("1", data=bias)
        # Of an optimizer of its own.
        file.create_group("optimizer/vars").create_dataset("1", data=np.float32(0.001))
    if path.suffix != ".keras":
        return path.write_bytes(stream.getvalue())
    with zipfile.ZipFile(path, "w") as archive:
        for member, data in ("metadata.json", b"{}"), ("config.json", b"{}"), ("model.weights.h5", stream.getvalue()):
            archive.writestr(zipfile.ZipInfo(member, (1980, 1, 1, 0, 0, 0)), data)


def write_matconvnet(path, network, dense, old, compress=True):
    """MatConvNet's structure: [H][W][I][O] in single precision, RGB."""
    import scipy.io
    convolutions = [
        (name, np.ascontiguousarray(w.transpose(2, 3, 1, 0)), b.reshape(1, -1))
        for name, (w, b) in network.items()]
    convolutions += [
        (name, w.T.reshape(*((7, 7, 512) if name == "fc6" else (1, 1, w.shape[1])), -1), b.reshape(1, -1))
        for name, (w, b) in dense.items()]
    layers = []
    for name, weights, bias in convolutions:
        pair = np.empty((1, 2), object)
        pair[0, 0], pair[0, 1] = weights, bias
        pad = np.ones((1, 4)) if name.startswith("conv") else np.zeros((1, 4))
        if old:
            layer = {"weights": pair, "pad": pad, "type": "conv", "name": name, "stride": np.ones((1, 2))}
        else:
            layer = {"name": name, "type": "conv", "weights": pair, "size": np.array(weights.shape, float),
                     "pad": pad, "stride": np.ones((1, 2)), "precious": 0.0, "dilate": 1.0, "opts": np.empty((0, 0), object)}
        layers += [layer, {"type": "relu", "name": "relu" + name[4:], "leak": 0.0}]
        if name in network and ends_block(network, name):
            layers.append({"name": "pool" + name[4], "type": "pool", "method": "max", "pool": np.full((1, 2), 2.0)})
    cell = np.empty((1, len(layers)), object)
    for i, layer in enumerate(layers):
        cell[0, i] = layer
    average = np.array([123.68, 116.779, 103.939], np.float32).reshape(1, 1, 3)
    classes = {"name": np.array(["n01440764"], object), "description": np.array(["tench"], object)}
    if old:
        side = 224 if compress else 4
        average = np.broadcast_to(average, (side, side, 3))
        content = {"layers": cell, "classes": classes,
                   "normalization": {"averageImage": average, "imageSize": np.array([[224.0, 224, 3]])}}
    else:
        content = {"layers": cell, "meta": {
            "classes": classes, "normalization": {"averageImage": average, "imageSize": np.array([[224.0, 224, 3, 10]])}}}
    scipy.io.savemat(path, content, do_compression=compress)


def caffe_messages():
    """BVLC Caffe's messages (caffe.proto), of which only the fields that VGG-19 files have."""
    from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
    F = descriptor_pb2.FieldDescriptorProto
    file = descriptor_pb2.FileDescriptorProto(name="caffe.proto", package="caffe", syntax="proto2")

    def message(name, *fields):
        kind = file.message_type.add(name=name)
        for label, number, repeated, type_, packed in fields:
            field = kind.field.add(
                name=label, number=number, label=F.LABEL_REPEATED if repeated else F.LABEL_OPTIONAL)
            if isinstance(type_, str):
                field.type, field.type_name = F.TYPE_MESSAGE, ".caffe." + type_
            else:
                field.type = type_
            if packed:
                field.options.packed = True

    message("BlobShape", ("dim", 1, True, F.TYPE_INT64, True))
    message("BlobProto", ("num", 1, False, F.TYPE_INT32, False), ("channels", 2, False, F.TYPE_INT32, False),
            ("height", 3, False, F.TYPE_INT32, False), ("width", 4, False, F.TYPE_INT32, False),
            ("data", 5, True, F.TYPE_FLOAT, True), ("shape", 7, False, "BlobShape", False))
    message("V1LayerParameter", ("bottom", 2, True, F.TYPE_STRING, False), ("top", 3, True, F.TYPE_STRING, False),
            ("name", 4, False, F.TYPE_STRING, False), ("type", 5, False, F.TYPE_INT32, False),
            ("blobs", 6, True, "BlobProto", False))
    message("LayerParameter", ("name", 1, False, F.TYPE_STRING, False), ("type", 2, False, F.TYPE_STRING, False),
            ("bottom", 3, True, F.TYPE_STRING, False), ("top", 4, True, F.TYPE_STRING, False),
            ("blobs", 7, True, "BlobProto", False))
    message("NetParameter", ("name", 1, False, F.TYPE_STRING, False), ("layers", 2, True, "V1LayerParameter", False),
            ("input", 3, True, F.TYPE_STRING, False), ("input_dim", 4, True, F.TYPE_INT32, False),
            ("layer", 100, True, "LayerParameter", False))
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("caffe.NetParameter"))


def write_caffe(path, network, dense, old):
    net = caffe_messages()(name=f"VGG_ILSVRC_{title(network)}_layers", input=["data"], input_dim=[10, 3, 224, 224])
    bottom = "data"
    for name, (weights, bias) in list(bgr(network).items()) + list(dense.items()):
        layer = (net.layers if old else net.layer).add(name=name, bottom=[bottom], top=[name])
        layer.type = (4 if weights.ndim == 4 else 14) if old else ("Convolution" if weights.ndim == 4 else "InnerProduct")
        for values in (weights, bias):
            blob = layer.blobs.add()
            if old:
                shape = (1,) * (4 - values.ndim) + values.shape
                blob.num, blob.channels, blob.height, blob.width = shape
            else:
                blob.shape.dim.extend(values.shape)
            blob.data.extend(values.ravel().tolist())
        relu = (net.layers if old else net.layer).add(name="relu" + name[4:], bottom=[name], top=[name])
        relu.type = 18 if old else "ReLU"
        bottom = name
    pathlib.Path(path).write_bytes(net.SerializeToString())


def write_onnx(path, network, dense, names, raw=True):
    import onnx
    from onnx import TensorProto, helper, numpy_helper
    nodes, tensors, bottom = [], [], "data"

    def tensor(name, values):
        if raw:
            return numpy_helper.from_array(values, name)
        return helper.make_tensor(name, TensorProto.FLOAT, values.shape, values.ravel().tolist())

    for index, (name, (weights, bias)) in enumerate(network.items()):
        w, b = names(index, name)
        tensors += [tensor(w, weights), tensor(b, bias)]
        nodes.append(helper.make_node(
            "Conv", [bottom, w, b], [name], kernel_shape=[3, 3], pads=[1] * 4, strides=[1, 1]))
        nodes.append(helper.make_node("Relu", [name], [name + "_relu"]))
        bottom = name + "_relu"
        if name in network and ends_block(network, name):
            nodes.append(helper.make_node(
                "MaxPool", [bottom], ["pool" + name[4]], kernel_shape=[2, 2], strides=[2, 2]))
            bottom = "pool" + name[4]
    for index, (name, (weights, bias)) in enumerate(dense.items()):
        tensors += [tensor(f"dense{index}_weight", weights), tensor(f"dense{index}_bias", bias)]
        nodes.append(helper.make_node(
            "Gemm", [bottom, f"dense{index}_weight", f"dense{index}_bias"], [name], transB=1))
        bottom = name
    graph = helper.make_graph(
        nodes, f"vgg{title(network)}", [helper.make_tensor_value_info("data", TensorProto.FLOAT, ["N", 3, "H", "W"])],
        [helper.make_tensor_value_info(bottom, TensorProto.FLOAT, None)], initializer=tensors)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 7)], ir_version=3)
    onnx.save(model, path)


def write_onnx_behind(path, network, dtype):
    """Weights in 16 bits: an initializer behind Cast, a Constant node behind Identity and Cast, in turns."""
    import onnx
    from onnx import TensorProto, helper
    kind = getattr(TensorProto, dtype)
    nodes, tensors, bottom = [], [], "data"
    for index, (name, (weights, bias)) in enumerate(network.items()):
        inputs = []
        for part, values in ("w", weights), ("b", bias):
            stored, result = f"{name}_{part}_16", f"{name}_{part}"
            # Numbers in fields as well as raw ones.
            raw = part == "w"
            tensor = helper.make_tensor(stored, kind, values.shape, values.ravel().tolist())
            if raw:
                bits = np.array(tensor.int32_data, np.uint16)
                tensor = helper.make_tensor(stored, kind, values.shape, bits.tobytes(), raw=True)
            if index % 2:
                nodes.append(helper.make_node("Constant", [], [stored + "_c"], value=tensor))
                nodes.append(helper.make_node("Identity", [stored + "_c"], [stored]))
            else:
                tensors.append(tensor)
            nodes.append(helper.make_node("Cast", [stored], [result], to=TensorProto.FLOAT))
            inputs.append(result)
        nodes.append(helper.make_node("Conv", [bottom, *inputs], [name], kernel_shape=[3, 3], pads=[1] * 4))
        nodes.append(helper.make_node("Relu", [name], [name + "_relu"]))
        bottom = name + "_relu"
    graph = helper.make_graph(
        nodes, "vgg", [helper.make_tensor_value_info("data", TensorProto.FLOAT, ["N", 3, "H", "W"])],
        [helper.make_tensor_value_info(bottom, TensorProto.FLOAT, None)], initializer=tensors)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=7), path)


def write_onnx_external(path, network):
    """All tensors in a file beside it, as torch.onnx writes them."""
    import onnx
    write_onnx(path, network, {}, lambda i, n: (f"{n}.weight", f"{n}.bias"))
    onnx.save(onnx.load(path), path, save_as_external_data=True, location=path.name + ".data", size_threshold=0)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--weights")
    parser.add_argument("--only", default="")
    parser.add_argument("--tiny", action="store_true")
    parser.add_argument("--types", action="store_true")
    parser.add_argument("--vgg16", action="store_true")
    options = parser.parse_args()
    layers = layer_table(3 if options.vgg16 else 4)
    folder = pathlib.Path(options.folder)
    import era_pickle
    if options.weights:
        file = read_safetensors(options.weights)
        network = collections.OrderedDict(
            (name, (file[name + ".weight"], file[name + ".bias"])) for name, _, _ in layers)
        random = np.random.default_rng(1)
        dense = collections.OrderedDict(
            (name, (random.standard_normal((o, i), np.float32) / 100, np.zeros(o, np.float32)))
            for name, i, o in DENSE)
    else:
        network, dense = (tiny_network if options.tiny else sparse_network)(layers), {}
    if options.types:
        weights, bias = network["conv1_1"]
        network["conv1_1"] = (np.round(weights * 64) / 64, np.round(bias * 64) / 64)
    theirs, ours = normalised(*network["conv1_1"])
    if not options.types:
        network["conv1_1"] = ours
    caffe = bgr(network)
    torchvision = collections.OrderedDict(network, conv1_1=theirs)
    compression = "gzip" if not dense else None
    classifier = ["classifier.0", "classifier.3", "classifier.6"] if dense else []
    renamed = ["classifier.1", "classifier.4", "classifier.6"] if dense else []
    writers = {
        "torchvision-legacy.pth": lambda p: write_torch(p, torch_names(torchvision), dense, classifier, False),
        "torchvision-zip.pth": lambda p: write_torch(p, torch_names(torchvision), dense, classifier, True),
        "jcjohnson-legacy.pth": lambda p: write_torch(p, torch_names(caffe), dense, renamed, False),
        "gatys-legacy.pth": lambda p: write_torch(p, layer_names(caffe), {}, [], False),
        "gatys-zip.pth": lambda p: write_torch(p, layer_names(caffe), {}, [], True),
        "timm.safetensors": lambda p: write_safetensors(
            p, torch_names(torchvision), dense, ["pre_logits.fc1", "pre_logits.fc2", "head.fc"]),
        "own.safetensors": lambda p: write_safetensors(p, layer_names(network), {}, []),
        "keras1-notop.h5": lambda p: write_keras(p, network, {}, True, compression),
        "keras2-top.h5": lambda p: write_keras(p, network, dense, False, compression),
        "matconvnet-old.mat": lambda p: write_matconvnet(
            p, network, dense, True, compress=not options.tiny),
        "matconvnet-new.mat": lambda p: write_matconvnet(p, network, dense, False),
        "v1.caffemodel": lambda p: write_caffe(p, network, dense, True),
        "v2.caffemodel": lambda p: write_caffe(p, network, dense, False),
        "gluon.onnx": lambda p: write_onnx(
            p, torchvision, dense, lambda i, _: (f"vgg0_conv{i}_weight", f"vgg0_conv{i}_bias")),
        "caffe2.onnx": lambda p: write_onnx(
            p, caffe, dense, lambda _, n: (f"{n}_w_0", f"{n}_b_0"), raw=False),
    }
    writers |= {
        "era-legacy.pth": lambda p: write_era(p, torch_names(torchvision), era_pickle.legacy),
        "era-tar.pth": lambda p: write_era(p, layer_names(caffe), era_pickle.tar),
        "checkpoint.pth": lambda p: write_checkpoint(p, torch_names(torchvision)),
        "keras3.weights.h5": lambda p: write_keras3(p, network, compression),
        "keras3.keras": lambda p: write_keras3(p, network, compression),
        "keras213.keras": lambda p: write_keras3(
            p, network, compression, lambda n: f"_layer_checkpoint_dependencies/block{n[4]}_conv{n[6]}"),
        "external.onnx": lambda p: write_onnx_external(p, torchvision),
    }
    if options.tiny:
        # A compression of h5py's own.
        writers["lzf.h5"] = lambda p: write_keras(p, network, {}, False, "lzf")
    if options.types:
        names = {name.replace("features.", ""): values for name, values in torch_names(network).items()}
        writers = {f"{dtype}{end}": lambda p, dtype=dtype: write_typed(p, names, dtype)
                   for dtype in ("float16", "bfloat16", "float64") for end in (".pth", ".safetensors")}
        writers |= {f"{dtype.lower()}.onnx": lambda p, dtype=dtype: write_onnx_behind(p, network, dtype)
                    for dtype in ("FLOAT16", "BFLOAT16")}
    for name, write in writers.items():
        if options.only in name:
            write(folder / name)


main()
