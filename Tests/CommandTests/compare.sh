# Comparisons: the report, what is used again, kills, and bad input.
head -c 5000 "$photo" >truncated.png
echo "hello" >text.png
compare="$qstyle compare --quiet --threads 2 --size 48 --steps 3 --nearby 1 --seeds 1"
check "compare" 0 $compare "$photo" "$style" -o report --json
cmp -s out.txt report/report.json && ok || bad "report.json is not what --json prints"
python3 - report "$here/docs/compare.md" <<'END' && ok || bad "the report's files"
import csv, hashlib, json, math, pathlib, re, sys
folder = pathlib.Path(sys.argv[1])
report = json.loads((folder / "report.json").read_text())
own, = report["int8"]
seed, = report["seeds"]
for key in ("total", "total_change", "psnr_db", "ssim", "ms_ssim", "gradient_cosine", "gram_error",
            "network_gram_error", "activations", "step_ms", "peak_bytes", "weight_bytes", "verdict"):
    assert key in own, key
assert own["ms_ssim"] is None and 0 < own["ssim"] < 1 and own["closer_than_seeds"] in (True, False)
assert [c["step"] for c in own["costs"]] == [c["step"] for c in report["float32"]["costs"]] == [0, 1, 2, 3]
# Both start from the same image, other seeds do not, and every score is the float32 network's.
float32 = report["float32"]
assert own["costs"][0] == float32["costs"][0] and own["start"] == "content" and seed["start"] == "noise"
near, other = own["nearby"] + float32["nearby"]
assert near["costs"][0] == other["costs"][0] and near["nearby_seed"] == 1
assert 0 < abs(near["costs"][0]["total"] / own["costs"][0]["total"] - 1) < 0.01
assert abs(sum(term["share"] for term in own["terms"]) - 1) < 1e-9
assert own["costs"][3]["total"] != report["float32"]["total"]
assert all(0.8 < c["cosine"] < 1 for c in own["gradient_cosine"]) and seed["seed"] == 2
assert [len(own[key]) for key in ("gram_error", "network_gram_error", "activations")] == [5, 5, 13]
assert all(a["local_sqnr_db"] > 20 and a["cumulative_sqnr_db"] > 10 for a in own["activations"])
# The verdict follows from the costs: Welch's interval of logarithms, two of each.
picture = report["verdict"]["picture"]
assert picture == own["picture"] and picture["runs"] == 2 and picture["picture_within_chance"] is None
logs = [[math.log(run["total"]) for run in (entry, *entry["nearby"])] for entry in (float32, own)]
(a, b), (c, d) = logs
change = (c + d - a - b) / 2
assert abs(picture["difference"] - math.expm1(change)) < 1e-9 and abs(picture["floor"] - math.expm1(abs(a - b))) < 1e-9
error = math.sqrt((a - b) ** 2 + (c - d) ** 2) / 2
low, high = (math.log1p(x) - change for x in picture["interval"])
assert abs(low + high) < 1e-9 and 4.3 * error < high < 12.71 * error
assert picture["within_chance"] == (low + change <= 0 <= high + change)
# The table has all figures of the document, and nothing else.
def scalars(value, section=(), entry=()):
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from scalars(inner, section + (key,), entry)
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from scalars(inner, section, entry + (str(place),))
    else:
        yield ".".join(section[:-1]), ".".join(entry), section[-1], value
with open(folder / "figures.csv", newline="") as file:
    rows = list(csv.DictReader(file))
wanted = list(scalars(report))
assert len(rows) == len(wanted)
for row, (section, entry, figure, value) in zip(rows, wanted):
    assert (row["section"], row["entry"], row["figure"]) == (section, entry, figure), row
    cell = row["value"]
    assert cell == value if isinstance(value, str) else cell == "" if value is None else json.loads(cell) == value, row
# docs/compare.md has every key.
docs = pathlib.Path(sys.argv[2]).read_text()
keys = {key for section, _, figure, _ in wanted for key in (*filter(None, section.split(".")), figure)}
assert not [key for key in keys if f"`{key}`" not in docs], [key for key in keys if f"`{key}`" not in docs]
page = (folder / "report.html").read_text()
assert own["verdict"].split(" (")[0] in page and report["command"].startswith("qstyle compare --quiet")
assert [f["role"] for f in report["files"]] == ["content", "style", "int8 weights", "float32 weights"]
for file in report["files"]:
    assert file["sha256"] == hashlib.sha256(pathlib.Path(file["file"]).read_bytes()).hexdigest() and file["sha256"] in page
assert own["median_difference"] <= own["p99_difference"] <= own["largest_difference"]
worst = own["worst"]
assert abs(worst["value"] - worst["float32_value"]) == own["largest_difference"]
assert report["settings"]["init"] == "content" and report["settings"]["style_layers"].startswith(f"conv1_1:{1200 / 64**2:.6g},")
assert page.count("data:image/") == 8
assert not re.search(r"https?:", page)
for name in ("montage.png", "float32.png", "int8.png"):
    assert (folder / name).read_bytes()[:4] == b"\x89PNG", name
END
check "the page of a comparison" 0 python3 "$here/Tests/CommandTests/page-structure.py" report/report.html
# The images are those of transfer; a second report takes the finished runs.
$qstyle transfer "$photo" "$style" --quiet --size 48 --steps 3 -o t.png
cmp -s t.png report/int8.png && ok || bad "compare has another image than transfer"
touch before
check "compare again" 0 $compare "$photo" "$style" -o report
[ -z "$(find report/runs -newer before -type f)" ] && ok || bad "finished runs were run again"
# A finished run's last 24 bytes are its time, memory and steps: no numbers are damage, and no trap.
cp -r report torn
for file in torn/runs/int8-*; do head -c 24 /dev/zero | tr '\0' '\377' | dd of="$file" bs=1 seek=$(($(wc -c <"$file") - 24)) conv=notrunc 2>dd.txt; done
check "compare: a damaged run" 1 $compare "$photo" "$style" -o torn
grep -q "torn/runs/int8-.* is damaged; remove it, and run the command again$" err.txt && ok || bad "a damaged run: $(cat err.txt)"
rm -r torn
check "compare two weight files" 0 $qstyle compare "$photo" "$style" --quiet --threads 2 --size 48 --steps 3 --nearby 0 --seeds 0 \
    -o report --weights "$weights" --weights "$weights"
[ -s report/int8-2.png ] && cmp -s report/int8.png report/int8-2.png && ok || bad "two weight files"
for picture in truncated.png text.png missing.png; do
    check "compare: content $picture" 1 $compare $picture "$style" -o halved
    check "compare: style $picture" 1 $compare "$photo" $picture -o halved
done
check "compare: little memory" 1 $compare "$photo" "$style" -o unmade --memory 60M
check "compare: float32 as int8" 1 $compare "$photo" "$style" -o unmade --weights "$fixtures/vgg19-reference.safetensors"
[ ! -e unmade ] && ok || bad "a refused comparison left a folder"
[ -z "$(find halved report -name '.*.qstyle-*' -o -path 'halved/*' -type f)" ] && ok || bad "half a report"
check "compare: dry run" 0 $compare "$photo" "$style" -o unmade --dry-run --json
[ "$(grep -c predicted_peak_bytes out.txt)" -eq 3 ] && [ ! -e unmade ] && ok || bad "the dry run of a comparison"
check "compare into a file" 1 $compare "$photo" "$style" -o t.png
check "compare: no folder" 64 $compare "$photo" "$style"
check "compare: too many nearby starts" 64 $qstyle compare "$photo" "$style" -o unmade --nearby 8
# The start of another seed is that of transfer's noise, and --init chooses all others.
$qstyle compare "$photo" "$style" --quiet --threads 2 --size 48 --steps 2 --nearby 0 --seeds 1 --init noise --seed 4 -o noisy
$qstyle transfer "$photo" "$style" --quiet --size 48 --steps 2 --init noise --seed 4 -o t.png
cmp -s t.png noisy/int8.png && ok || bad "compare has another noise than transfer"
python3 -c 'import json; r = json.load(open("noisy/report.json")); assert (r["float32"]["seed"], r["seeds"][0]["seed"]) == (4, 5)
assert r["verdict"]["picture"]["interval"] == [] and "--nearby 3" in r["int8"][0]["verdict"]' && ok || bad "the seeds of a comparison"
check "compare --quick" 0 $qstyle compare "$photo" "$style" --quick --json --size 64
cp out.txt quick.json
# What runs and a check take is planned.
for size in 48 128; do
    check "compare --quick --dry-run" 0 $qstyle compare "$photo" "$style" --quick --json --size $size --threads 2 --dry-run
    cp out.txt dry.json
    check "compare --quick" 0 $qstyle compare "$photo" "$style" --quick --json --size $size --threads 2
    cp out.txt quick.json
    few="$qstyle compare $photo $style --quiet --json --size $size --steps 3 --nearby 1 --seeds 1 --threads 2 -o planned-$size"
    check "compare --dry-run" 0 $few --dry-run
    cp out.txt dries.json
    check "compare" 0 $few
    python3 - <<'END' && ok || bad "the memory of compare"
import json
report, check = json.load(open("out.txt")), json.load(open("dry.json"))["predicted_peak_bytes"]
plans = [json.loads(line)["predicted_peak_bytes"] for line in open("dries.json")]
pairs = [
    (check, json.load(open("quick.json"))["peak_bytes"]),
    (plans[0], max(run["peak_bytes"] for run in report["int8"] + report["int8"][0]["nearby"])),
    (plans[1], max(run["peak_bytes"] for run in [report["float32"], *report["float32"]["nearby"], *report["seeds"]])),
    (plans[2], report["peak_bytes"])]
# Up to 3 MiB are planned for what runs of the other arithmetic leave, which is much beside a small picture's.
assert all(peak <= planned < 1.05 * peak + (3 << 20 if 1 <= i <= 2 else 0) for i, (planned, peak) in enumerate(pairs)), pairs
END
done
check "compare --quick -o" 0 $qstyle compare "$photo" "$style" --quick --quiet --size 64 -o quick
[ -s quick/report.json ] && [ ! -e quick/runs ] && [ ! -s out.txt ] && ok || bad "compare --quick -o"
python3 - "$weights" <<'END' && ok || bad "compare --quick"
import json, pathlib, struct, sys

report = json.loads(pathlib.Path("quick.json").read_text())
assert report["verdict"] == {"arithmetic": {"pass": True, "layer": None, "reason": None}}
own, = report["int8"]
assert [run["pool"] for run in own["arithmetic"]["runs"]] == ["avg", "max"]
for run in own["arithmetic"]["runs"]:
    assert len(run["weights"]) == len(run["picture"]["layers"]) == len(run["noise"]["layers"]) == 13
# The same weights with conv4_2's signs flipped, and without the checksum that would tell.
data = bytearray(pathlib.Path(sys.argv[1]).read_bytes())
size = struct.unpack("<Q", data[:8])[0]
header = json.loads(data[8:8 + size])
first, last = (8 + size + offset for offset in header["conv4_2.weight"]["data_offsets"])
data[first:last] = bytes(-byte & 255 for byte in data[first:last])
del header["__metadata__"]["data_checksum"]
text = json.dumps(header, separators=(",", ":")).encode()
assert len(text) <= size
data[8:8 + size] = text.ljust(size)
pathlib.Path("flipped.safetensors").write_bytes(data)
END
check "compare --quick: flipped signs" 3 $qstyle compare "$photo" "$style" --quick --size 64 --weights flipped.safetensors
grep -q "the arithmetic is wrong in conv4_2: " out.txt && ok || bad "compare --quick: $(cat out.txt)"
check "compare: flipped signs" 3 $compare "$photo" "$style" -o flipped --weights flipped.safetensors --json
grep -q '"arithmetic":{"pass":false,"layer":"conv4_2"' out.txt && [ -s flipped/report.html ] && ok || bad "compare: flipped signs"
stopped INT 'stopped/runs/*.checkpoint' $qstyle compare "$photo" "$style" $long -o stopped
[ $? -eq 2 ] && [ ! -e stopped/report.html ] && [ -n "$(find stopped/runs -name '*.checkpoint')" ] && ok || bad "a stopped comparison"
# A run that ends early is the transfer that does, and its last image stands for all later ones.
rule="--size 48 --steps 30 --stop-when 0.3/3 --threads 2 --quiet"
check "compare --stop-when" 0 $qstyle compare "$photo" "$style" $rule --nearby 0 --seeds 0 -o early
check "transfer --stop-when" 0 $qstyle transfer "$photo" "$style" $rule -o early.png
python3 - <<'END' && cmp -s early/int8.png early.png && ok || bad "compare --stop-when: $(cat early/report.json)"
import json
run = json.load(open("early/report.json"))["int8"][0]
assert 3 < run["steps"] < 27 and len(run["costs"]) == 11 and run["costs"][-1]["total"] == run["costs"][-2]["total"]
END
check "compare: --stop-when without steps" 64 $compare "$photo" "$style" -o never --stop-when 1e-4
rm -r early early.png
# Killed in the first and in the second run: the same report but for times and memory.
steps="--size 48 --steps 30 --nearby 1 --seeds 0 --checkpoint-every 1 --threads 2"
check "compare at once" 0 $qstyle compare "$photo" "$style" $steps -o whole
killed "killed/runs/int8-*.checkpoint" $qstyle compare "$photo" "$style" $steps -o killed
killed "killed/runs/float32-*.checkpoint" $qstyle compare "$photo" "$style" $steps -o killed
cp -R killed torn
for file in torn/runs/*.partial; do printf 'x' | dd of="$file" bs=1 seek=1000 conv=notrunc 2>dd.txt; done
check "compare: changed images" 1 $qstyle compare "$photo" "$style" $steps -o torn --quiet
for file in torn/runs/*.partial; do : >"$file"; done
check "compare: lost images" 1 $qstyle compare "$photo" "$style" $steps -o torn --quiet
for file in torn/runs/*.checkpoint; do : >"$file"; done
check "compare: an empty checkpoint" 1 $qstyle compare "$photo" "$style" $steps -o torn --quiet
rm torn/runs/*.checkpoint
check "compare: begins the run again" 0 $qstyle compare "$photo" "$style" $steps -o torn --quiet
check "compare goes on" 0 $qstyle compare "$photo" "$style" $steps -o killed
grep -q "float32: resumed at step" err.txt && ok || bad "compare does not go on"
python3 - whole killed torn <<'END' && ok || bad "another report after a kill"
import json, sys
def plain(value):
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items() if k not in ("seconds", "step_ms", "peak_bytes", "command")}
    return [plain(v) for v in value] if isinstance(value, list) else value
whole, *others = [plain(json.load(open(f"{folder}/report.json"))) for folder in sys.argv[1:]]
assert all(whole == other for other in others)
END
for name in int8 float32 montage; do
    cmp -s whole/$name.png killed/$name.png && ok || bad "another $name.png after a kill"
done
[ -z "$(find killed/runs torn/runs -name '*.checkpoint' -o -name '*.partial')" ] && ok || bad "compare left checkpoints"
