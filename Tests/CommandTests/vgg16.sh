# VGG-16, made of the layers that the reference has of it: two files, the same int8 weights, a picture.
check "reference to float32" 0 $quantize "$fixtures/vgg19-reference.safetensors" --to float32 -o f.safetensors
$qstyle transfer --quiet --size 64 --steps 1 "$photo" "$style" -o small.png
python3 - <<'END' && ok || bad "making VGG-16"
import json, pathlib, struct

data = pathlib.Path("f.safetensors").read_bytes()
start = 8 + struct.unpack("<Q", data[:8])[0]
header = json.loads(data[8:start])
layers = [f"conv{b}_{n}" for b, count in enumerate((2, 2, 3, 3, 3), 1) for n in range(1, count + 1)]
places = (0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28)
first = [f"conv{b}_{n}" for b, count in enumerate((2, 2, 4, 4, 1), 1) for n in range(1, count + 1)]
for file, layers, names in (("places", layers, [f"features.{place}" for place in places]), ("layers", layers, layers),
                            ("first", first, first)):
    entries, tensors = {}, b""
    for layer, name in zip(layers, names):
        for part in ".weight", ".bias":
            begin, end = header[layer + part]["data_offsets"]
            entries[name + part] = header[layer + part] | {"data_offsets": [len(tensors), len(tensors) + end - begin]}
            tensors += data[start + begin:start + end]
    text = json.dumps(entries).encode()
    pathlib.Path(f"{file}.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + tensors)
END
for file in layers places; do
    check "VGG-16 of $file" 0 $quantize $file.safetensors --calibrate small.png --rounding nearest --json -o $file-16.safetensors
    grep -q '"format":"qstyle-vgg16-int8".*"network":"VGG-16, weights of unknown training"' out.txt &&
        ok || bad "VGG-16 of $file: $(cat out.txt err.txt)"
    # One picture, to the nearest: a verdict that fails is the one warning, and the file is written.
    python3 - <<'END' && ok || bad "the verdict of VGG-16 of $file: $(cat out.txt err.txt)"
import json
verdict = json.load(open("out.txt"))["verdict"]["arithmetic"]
warnings = open("err.txt").read().splitlines()
assert len(warnings) == (not verdict["pass"])
assert all(f"the arithmetic is wrong in {verdict['layer']}: {verdict['reason']}" in line for line in warnings)
END
done
check "VGG-19 up to conv5_1" 0 $quantize first.safetensors --calibrate small.png --rounding nearest -o first-19.safetensors
grep -q "from a safetensors file with the layers' own names, conv1_1 to conv5_1 alone$" out.txt &&
    ok || bad "VGG-19 up to conv5_1: $(cat out.txt)"
check "a picture by VGG-19 up to conv5_1" 0 $transfer "$photo" "$style" --weights first-19.safetensors -o r.png
# One bit of its numbers; without the checksum nothing tells.
python3 - <<'END' && ok || bad "flipping a bit"
import pathlib

data = bytearray(pathlib.Path("first-19.safetensors").read_bytes())
data[-100000] ^= 4
pathlib.Path("flipped.safetensors").write_bytes(data)
pathlib.Path("unchecked.safetensors").write_bytes(data.replace(b"data_checksum", b"data_checkers"))
END
check "inspecting damaged weights" 1 $qstyle inspect flipped.safetensors
grep -q "flipped.safetensors is damaged: .*convert it again$" err.txt && ok || bad "damaged weights: $(cat err.txt)"
check "a picture by damaged weights" 1 $transfer "$photo" "$style" --weights flipped.safetensors -o result.png
check "weights without a checksum" 0 $qstyle inspect unchecked.safetensors
rm -f first*.safetensors flipped.safetensors unchecked.safetensors r.png
cmp -s layers-16.safetensors places-16.safetensors && ok || bad "VGG-16: other bytes from other names"
check "inspect VGG-16" 0 $qstyle inspect layers-16.safetensors
grep -q "^  format: qstyle-vgg16-int8" out.txt && grep -q "^  conv5_3 " out.txt && ! grep -q "conv3_4" out.txt &&
    ok || bad "inspect VGG-16: $(cat out.txt)"
check "a picture by VGG-16" 0 $transfer "$photo" "$style" --weights layers-16.safetensors -o r.png
check "a layer that VGG-16 lacks" 1 $quantize layers-16.safetensors --through conv3_4 -o result.safetensors
grep -q "is of VGG-16, which has no conv3_4; its layers are conv1_1 to conv5_3$" err.txt && ok || bad "conv3_4: $(cat err.txt)"
check "--through beside another program" 1 flock .part-16.safetensors.qstyle-lock \
    $quantize layers-16.safetensors --through conv5_1 -o part-16.safetensors
grep -q "is being written by another program" err.txt && [ ! -e part-16.safetensors ] && ok || bad "--through: $(cat err.txt)"
rm .part-16.safetensors.qstyle-lock
check "VGG-16 through conv5_1" 0 $quantize layers-16.safetensors --through conv5_1 -o part-16.safetensors
check "a picture by part of VGG-16" 0 $transfer "$photo" "$style" --weights part-16.safetensors -o part.png
cmp -s r.png part.png && ok || bad "part of VGG-16 paints another picture"
rm -f ./*16.safetensors layers.safetensors places.safetensors r.png part.png
