# Conversions: weights of every kind, their reports, and models of every format.
check "quantize without output" 64 $quantize "$photo"
check "quantize a picture" 1 $quantize "$photo" --to float32 -o result.png
check "quantize int8 back" 1 $quantize "$weights" --to float32 -o result.png
check "reference to codebook" 0 $quantize "$fixtures/vgg19-reference.safetensors" --to codebook -o c.safetensors
check "reference to float32" 0 $quantize "$fixtures/vgg19-reference.safetensors" --to float32 -o f.safetensors
# --foreground: one signal; a second one, to the group, would end the process at once.
check "quantize, stopped" 1 timeout --foreground --preserve-status -s INT 1 $quantize \
    "$fixtures/vgg19-reference.safetensors" --calibrate "$photo" -o stopped.safetensors
grep -q "^quantize: stopped; nothing is written$" err.txt && [ ! -e stopped.safetensors ] && ok || bad "quantize does not stop"
# Pages that were looked at are given back.
python3 - "$qstyle" f.safetensors <<'END' && ok || bad "inspect keeps a whole file in memory"
import os, resource, subprocess, sys
subprocess.run([sys.argv[1], "inspect", sys.argv[2]], check=True, stdout=subprocess.DEVNULL)
assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 < 0.75 * os.path.getsize(sys.argv[2])
END
check "a run with float32 weights" 0 $transfer "$photo" "$style" --weights f.safetensors -o r.png

$qstyle transfer --quiet --size 64 --steps 1 "$photo" "$style" -o small.png
mkdir endless && head -c -12 small.png >endless/small.png
report="$quantize $fixtures/vgg19-reference.safetensors --rounding nearest --calibrate small.png -o q.safetensors"
check "quantize --report" 0 $report --report q.json --case "$fixtures/golden/seed_avg_64x48.safetensors" \
    --pair "endless/small.png,$style" --pair-size 48 --steps 2 --json
[ "$(grep -c "^quantize: warning: endless/small.png lacks its end" err.txt)" -eq 1 ] && ok || bad "no warning of a pair: $(cat err.txt)"
rm -r endless
grep -q '"report":"q.json"' out.txt && ok || bad "--json does not name the report"
python3 - <<'END' && ok || bad "the report of a conversion"
import json, pathlib

report = json.loads(pathlib.Path("q.json").read_text())
assert report["metadata"]["rounding"] == "nearest" and report["metadata"]["granularity"] == "channel"
assert len(report["source_sha256"]) == 64 and report["metadata"]["calibration"] and report["pictures"] == 1
layers = report["layers"]
assert len(layers) == 16 and layers[0]["layer"] == "conv1_1"
for layer in layers:
    assert 15 < layer["weight_sqnr_db"] < 60 and 0 < layer["weight_scale_min"] <= layer["weight_scale_max"]
    for pool in ("avg", "max"):
        output = layer[pool]
        assert 20 < output["cumulative_sqnr_db"] < output["local_sqnr_db"] + 3 < 60 and output["activation_scale"] > 0
        assert 0 <= output["clipped_share"] < 0.001
assert [t["pool"] for t in report["transfers"]] == ["avg", "avg", "max"]
assert [t["name"] for t in report["transfers"]] == ["seed_avg_64x48"] + 2 * ["small + style-warm-glass"]
for transfer in report["transfers"]:
    assert transfer["J0_rel"] < 1 and transfer["steps"] == 2 and abs(transfer["J_end_change"]) < 0.1
    assert [c["step"] for c in transfer["gradient_cosine"]] == [0, 50] and len(transfer["gram_error"]) == 5
    assert 0.9 < transfer["gradient_cosine"][0]["cosine"] < 1
page = pathlib.Path("q.html").read_text()
assert page.count("<polyline") == 12 and "conv5_4" in page and report["source_sha256"] in page
END
check "the page of a conversion" 0 python3 "$here/Tests/CommandTests/page-structure.py" q.html
rm -f q.*
check "report's folder is missing" 1 $report --report no/such/q.json
mkdir q.html
check "the page is a folder" 1 $report --report q.json
check "case is a picture" 1 $report --report r.json --case small.png
check "pair with a missing picture" 1 $report --report r.json --pair small.png,missing.png
[ ! -e q.json ] && [ ! -e r.json ] && [ ! -e q.safetensors ] && ok || bad "files of a refused report"
rmdir q.html
check "report of another kind" 64 $quantize f.safetensors --to float32 -o q.safetensors --report q.json
check "rounding of a codebook" 64 $quantize f.safetensors --to codebook -o q.safetensors --rounding nearest
check "granularity of a copy" 64 $quantize "$weights" --through conv1_2 -o q.safetensors --granularity tensor
check "report without .json" 64 $report --report q.txt
check "case without report" 64 $report --case "$fixtures/golden/seed_avg_64x48.safetensors"
check "half a pair" 64 $report --report q.json --pair small.png
check "steps of nothing" 64 $report --report q.json --steps 3

# Files of every format, made by the formats' own libraries from one network, give the same bytes.
same=
for archive in "$here"/Tests/QuantizeTests/Fixtures/formats/*.xz; do
    model=$(basename "$archive" .xz)
    xz -dc "$archive" >"$model" || bad "unpacking $model"
    check "quantize $model" 0 $quantize "$model" --to float32 -o formats.safetensors --quiet
    hash=$(sha256sum <formats.safetensors)
    [ "${same:=$hash}" = "$hash" ] && [ ! -s err.txt ] && ok || bad "$model: other bytes, or a warning: $(cat err.txt)"
    for end in 100 20000 60000; do
        head -c $end "$model" >cut.bin
        check "$model cut at $end" 1 $quantize cut.bin --to float32 -o result.png
    done
    rm -f "$model" formats.safetensors
done
# Numbers in a file beside the model.
for part in external.onnx external.onnx.data; do xz -dc "$here/Tests/QuantizeTests/Fixtures/external/$part.xz" >$part; done
sha256sum external.onnx external.onnx.data >external.sums
check "quantize external.onnx" 0 $quantize external.onnx --to float32 -o formats.safetensors --quiet
[ "$(sha256sum <formats.safetensors)" = "$same" ] && ok || bad "external.onnx: other bytes"
ln -s external.onnx.data external.link
for path in external.onnx external.onnx.data ./external.link; do
    check "quantize over external.onnx: $path" 64 $quantize external.onnx --to float32 -o $path
    grep -q "would be written over" err.txt && ok || bad "$path: $(cat err.txt)"
done
sha256sum --quiet -c external.sums && ok || bad "numbers beside a model were written over"
rm formats.safetensors
head -c 60000 external.onnx.data >cut.bin && mv cut.bin external.onnx.data
check "external.onnx with cut data" 1 $quantize external.onnx --to float32 -o formats.safetensors
rm external.onnx.data
check "external.onnx without its data" 1 $quantize external.onnx --to float32 -o formats.safetensors
grep -q "keeps its numbers in external.onnx.data beside it, which " err.txt && [ ! -e formats.safetensors ] && ok || bad "$(cat err.txt)"
rm external.*
for archive in "$here"/Tests/QuantizeTests/Fixtures/types/*.xz "$here"/Tests/QuantizeTests/Fixtures/vgg16/*.xz; do
    kind=$(basename "$(dirname "$archive")")
    [ "$kind" = "${last:-}" ] || same=
    last=$kind
    model=$(basename "$archive" .xz)
    xz -dc "$archive" >"$model" || bad "unpacking $model"
    check "$kind: $model" 0 $quantize "$model" --to float32 -o formats.safetensors --quiet
    hash=$(sha256sum <formats.safetensors)
    [ "${same:=$hash}" = "$hash" ] && [ ! -s err.txt ] && ok || bad "$model: other bytes, or a warning: $(cat err.txt)"
    rm -f "$model" formats.safetensors
done
