# What options mean, as relations between runs.

# paint WORD...: the image's hash of a short run with these options.
paint() {
    $qstyle transfer "$portrait" "$style" --quiet --json --threads 2 --size 48 --steps 4 -o painted.png "$@" >painted.txt
    hash painted.txt
}
# same NAME WORD...: the options say what `wanted` was painted with. other NAME WORD...: they do not.
same() {
    name=$1
    shift
    got=$(paint "$@")
    [ ${#got} -eq 64 ] && [ "$got" = "$wanted" ] && ok || bad "$name: other bits"
}
other() {
    name=$1
    shift
    got=$(paint "$@")
    [ ${#got} -eq 64 ] && [ "$got" != "$wanted" ] && ok || bad "$name changes nothing"
}

# --- Weights, layers, start, history, bounds ----------------------------------------------------------
wanted=$(paint)
[ ${#wanted} -eq 64 ] && ok || bad "no hash of the defaults"
layers() { echo "conv1_1$1,conv2_1$1,conv3_1$1,conv4_1$1,conv5_1$1"; }
# balance N: each layer's weight N / channels^2.
balance() { awk -v n="$1" 'BEGIN { split("64 128 256 512 512", c)
    for (i = 1; i <= 5; i++) printf "%sconv%d_1:%.17g", (i > 1 ? "," : ""), i, n / c[i]^2 }'; }
same "the defaults, spelled out" --content-weight 10 --style-weight 1 --content-layers conv4_2:1 \
    --style-layers "$(balance 1200)" --strength 1 --init content --optimizer lbfgs --state int8 --history 6 --pool avg --precision int8
same "style layers without weights" --style-layers "$(layers "")"
same "twice the weights" --content-weight 20 --style-weight 2
same "the content's weight at its layer" --content-weight 5 --content-layers conv4_2:2
same "the style's weight at its layers" --style-weight 0.5 --style-layers "$(balance 2400)"
other "--content-weight" --content-weight 20
other "--style-weight" --style-weight 20
other "--content-layers" --content-layers conv3_2
other "a weight of --content-layers" --content-layers conv4_2:2
other "--style-layers" --style-layers conv1_1,conv2_1
other "a weight of --style-layers" --style-layers conv1_1:0.3,conv2_1,conv3_1,conv4_1,conv5_1
other "--strength" --strength 2
other "--preset gatys" --preset gatys
other "--preset johnson" --preset johnson
same "six times johnson" --preset johnson --strength 6
wanted=$(paint --preset gatys --strength 0.5)
same "half of gatys, spelled out" --style-weight 0.5 --style-layers "$(balance 10000)"
same "half of gatys, by its layers' names" --preset gatys --strength 0.5 --style-layers "$(layers "")"
wanted=$(paint --normalize-gradients --strength 2)
same "normalised gradients, spelled out" --normalize-gradients --style-weight 2 --style-layers "$(layers :10)"
other "normalised gradients of another strength" --normalize-gradients
wanted=$(paint)
other "--normalize-gradients" --normalize-gradients
same "no noise" --init noise --noise-ratio 0
other "noise" --init noise
same "the content as --init FILE" --init "$portrait"
other "--init FILE" --init "$photo"
other "--history" --history 1
wanted=$(paint --init noise)
same "the default of --noise-ratio and --seed" --init noise --noise-ratio 0.6 --seed 1
other "--noise-ratio" --init noise --noise-ratio 0.5
other "--seed" --init noise --seed 2
wanted=$(paint --learning-rate 10)
same "a learning rate is Adam's" --optimizer adam
other "--learning-rate" --learning-rate 9
wanted=$(paint --optimizer adam --learning-rate 1e-3)
same "bounds that nothing meets" --optimizer adam --learning-rate 1e-3 --unbounded
wanted=$(paint --optimizer adam --learning-rate 200)
other "--unbounded" --optimizer adam --learning-rate 200 --unbounded
wanted=$(paint --preset article)
same "the article's settings, spelled out" --init noise --noise-ratio 0.6 --optimizer adam --learning-rate 2 --unbounded \
    --state float32 --content-weight 10 --style-weight 40 --content-layers conv4_2 --style-layers "$(layers :0.2)" --pool avg
other "another of them" --init noise --optimizer adam --learning-rate 2 --unbounded --state int8
rm -f painted.png painted-*.png

for list in "" conv9_9 conv1_1,conv1_1 conv1_1:0 conv1_1:-1 conv1_1:x conv1_1:1:1 conv1_1:1001 conv1_1,; do
    check "--style-layers '$list'" 64 $transfer "$photo" "$style" -o result.png --style-layers "$list"
done
for option in "--strength 0" "--strength -1" "--strength x" "--preset gaty" "--preset standard" "--preset article --strength 2" "--preset gatys --normalize-gradients"; do
    check "$option" 64 $transfer "$photo" "$style" -o result.png $option
    [ "$(wc -l <err.txt)" -le 2 ] && ok || bad "$option: $(cat err.txt)"
done
for option in "--noise-ratio 1.5" "--noise-ratio -1" "--history 0" "--content-weight -1" "--history 3 --optimizer adam"; do
    check "$option" 64 $transfer "$photo" "$style" -o result.png $option
done
check "--init with a missing picture" 1 $transfer "$photo" "$style" -o result.png --init missing.png

# field NAME FILE: a number of a line of JSON.
field() { sed -n "s/.*\"$1\":\([0-9.]*\).*/\1/p" "$2"; }

# --- Layers in float32 --------------------------------------------------------------------------------
wanted=$(paint)
other "--float-layers" --float-layers conv1_1
same "a layer that no cost reads" --float-layers conv5_4
wanted=$(paint --float-layers conv1_1,conv1_2,conv4_2)
same "the layers in another order, by another plan" --float-layers conv4_2,conv1_2,conv1_1 --plan streaming-16-lean
same "the weights by name" --float-layers conv1_1,conv1_2,conv4_2 --reference "$fixtures/vgg19-reference.safetensors"
other "fewer layers" --float-layers conv1_1,conv1_2
wanted=$(paint --float-layers conv2_1)
partial="$qstyle transfer $portrait $style --quiet --size 48 --float-layers conv2_1 --checkpoint float.run -o half.png"
check "half of a run" 0 $partial --steps 2
check "the other half" 0 $partial --steps 4 --json --threads 1 --plan streaming-16
[ "$(hash out.txt)" = "$(paint --float-layers conv2_1 --checkpoint whole.run)" ] && ok || bad "--float-layers after a checkpoint"
check "a checkpoint of other layers" 1 $qstyle transfer "$portrait" "$style" --quiet --size 48 --steps 4 --checkpoint float.run \
    -o result.png
for list in "" conv9_9 conv1_1,conv1_1 conv1_1: conv1_1,; do
    check "--float-layers '$list'" 64 $transfer "$photo" "$style" -o result.png --float-layers "$list"
done
layer="$transfer $photo $style -o result.png --float-layers conv1_1"
check "float32 layers of float32" 64 $layer --precision float32
check "--float-layers for float32 weights" 1 $layer --weights "$fixtures/vgg19-reference.safetensors"
check "int8 weights as --reference" 1 $layer --reference "$weights"
check "no such --reference" 1 $layer --reference missing
check "--reference as the output" 64 $layer --reference result.png
check "--reference without layers" 64 $transfer "$photo" "$style" -o result.png --reference "$weights"
mkdir bare && cp "$qstyle" bare/qstyle
check "no float32 weights" 1 env HOME=/nowhere XDG_DATA_HOME=/nowhere bare/qstyle transfer "$photo" "$style" --quiet --size 48 \
    --weights "$weights" -o result.png --float-layers conv1_1
grep -q -- "--reference FILE" err.txt && ok || bad "no float32 weights: $(cat err.txt)"
check "a plan with float32 layers" 0 $qstyle plan 96x64 --json --float-layers conv1_1,conv4_2
check "bench of float32 layers" 0 $qstyle bench --size 32x32 --repeats 1 --float-layers conv2_1 --json
# What float32 layers add to a plan is what they add to a run.
for plan in resident-64 streaming-16-lean; do
    spare=
    for layers in none conv1_1,conv1_2,conv2_1 conv4_2; do
        run="$qstyle transfer $photo $style --quiet --size 96 --steps 7 --threads 2 --json --plan $plan -o half.png"
        [ $layers = none ] || run="$run --float-layers $layers"
        check "a dry run of $layers" 0 $run --dry-run
        planned=$(field predicted_peak_bytes out.txt)
        check "$layers in float32" 0 $run
        over=$((planned - $(field peak_bytes out.txt)))
        [ $over -ge 0 ] && [ $over -le ${spare:-$((planned / 10))} ] && ok || bad "$layers, $plan: $over bytes beyond the run"
        spare=${spare:-$((over + 1500000))}
    done
done
check "a ranking of layers" 0 $qstyle compare "$photo" "$style" --quiet --size 32 --steps 1 --nearby 0 --seeds 0 --rank-layers -o half
[ "$(grep -o '"through":{"start":[0-9]' half/report.json | wc -l)" -eq 13 ] && ok || bad "--rank-layers: not 13 layers"
# --quick ranks by the start alone, to the same figures.
check "a quick ranking" 0 $qstyle compare "$photo" "$style" --size 32 --quick --rank-layers
[ "$(grep -cE '^(none|conv._.) +[0-9]+\.[0-9]{2} +[0-9]+\.[0-9]{2}$' out.txt)" -eq 14 ] && ok || bad "a quick ranking: $(cat out.txt)"
check "a quick ranking as JSON" 0 $qstyle compare "$photo" "$style" --size 32 --quick --rank-layers --json
cp out.txt quick.json
check "a quick ranking, planned" 0 $qstyle compare "$photo" "$style" --size 32 --quick --rank-layers --json --dry-run
python3 - <<'END' && ok || bad "--quick --rank-layers"
import json
quick, whole = (json.load(open(name)) for name in ("quick.json", "half/report.json"))
assert max(json.loads(line)["predicted_peak_bytes"] for line in open("out.txt")) >= quick["peak_bytes"]
(quick,), (whole,) = quick["int8"], whole["int8"]
assert (quick["gradient_error"]["start"], quick["gradient_error"]["result"]) == (whole["gradient_error"]["start"], None)
assert len(quick["float_layers"]) == 13
for own, other in zip(quick["float_layers"], whole["float_layers"]):
    for key in ("alone", "through"):
        assert (own["layer"], own[key]["start"]) == (other["layer"], other[key]["start"]) and own[key]["result"] is None
END
# A picture with each layer in float32: transfer's, beside what chance makes of int8.
rank="$qstyle compare $portrait $style --quiet --size 32 --steps 3 --nearby 3 --seeds 0 --rank-pictures -o ranked"
check "a ranking by pictures" 0 $rank
touch before
check "a ranking by pictures, again" 0 $rank
[ -z "$(find ranked/runs -newer before -type f)" ] && ok || bad "finished runs of a ranking were run again"
check "a ranking by pictures, planned" 0 $rank --json --dry-run
mv out.txt plans.txt
check "a transfer with a layer in float32" 0 $qstyle transfer "$portrait" "$style" --quiet --json --size 32 --steps 3 --float-layers conv2_1 \
    -o half.png
python3 - "$(hash out.txt)" "$here/docs/compare.md" <<'END' && ok || bad "--rank-pictures"
import array, hashlib, json, math, pathlib, statistics, struct, sys
report = json.load(open("ranked/report.json"))
own, = report["int8"]
ranking = own["picture_ranking"]
layers = ranking["layers"]
names = [f"conv{b}_{i}" for b, n in enumerate((2, 2, 4, 4, 1), 1) for i in range(1, n + 1)]
assert [layer["layer"] for layer in layers] == names
docs = pathlib.Path(sys.argv[2]).read_text()
assert not [key for key in (*ranking, *layers[0]) if f"`{key}`" not in docs]
# Results of all runs by name.
images = {}
for path in pathlib.Path("ranked/runs").glob("*.safetensors"):
    data = path.read_bytes()
    size, = struct.unpack("<Q", data[:8])
    header = json.loads(data[8:8 + size])
    first, last = header["image_3"]["data_offsets"]
    images[header["__metadata__"]["run"]] = data[8 + size + first:8 + size + last]
assert len(images) == 8 + 13
assert hashlib.sha256(images["int8, conv2_1 in float32"]).hexdigest() == sys.argv[1] != hashlib.sha256(images["int8"]).hexdigest()
def bytes_of(name):
    means = (123.68, 116.779, 103.939)
    return [min(255, max(0, round(x + means[i % 3]))) for i, x in enumerate(array.array("f", images[name]))]
truth = bytes_of("float32")
logs = [math.log(run["total"]) for run in (own, *own["nearby"])]
mean = statistics.mean(logs)
# scipy's t.ppf(1 - 0.025 / 13, 3), for one more number beside four.
half = 8.1624512704 * statistics.stdev(logs) * math.sqrt(1.25)
for bound, sign in zip(ranking["range"], (-1, 1)):
    assert abs(bound - math.expm1(sign * half)) < 1e-6
pairs = [abs(a - b) for i, a in enumerate(logs) for b in logs[:i]]
assert abs(ranking["floor"] - math.expm1(statistics.mean(pairs))) < 1e-9 and f"{100 * ranking['floor']:.1f} %" in ranking["verdict"]
plans = [json.loads(line)["predicted_peak_bytes"] for line in open("plans.txt")]
for layer, plan in zip(layers, plans[2:15]):
    assert layer["name"] == f"int8, {layer['layer']} in float32" and [cost["step"] for cost in layer["costs"]] == [3]
    assert abs(layer["difference"] - math.expm1(math.log(layer["total"]) - mean)) < 1e-9
    assert layer["within_chance"] == (ranking["range"][0] <= layer["difference"] <= ranking["range"][1])
    error = statistics.mean((a - b) ** 2 for a, b in zip(bytes_of(layer["name"]), truth))
    assert abs(layer["psnr_db"] - 10 * math.log10(255**2 / error)) < 0.01
    assert layer["peak_bytes"] <= plan < 1.15 * layer["peak_bytes"]
assert ranking["verdict"] in pathlib.Path("ranked/report.html").read_text()
END
check "the page of a ranking" 0 python3 "$here/Tests/CommandTests/page-structure.py" ranked/report.html
check "a quick ranking by pictures" 64 $qstyle compare "$photo" "$style" --quick --rank-pictures
check "a ranking by pictures of float32 layers" 64 $qstyle compare "$photo" "$style" --rank-pictures --float-layers conv1_1 -o ranked
check "a comparison with float32 layers" 0 $qstyle compare "$photo" "$style" --quiet --size 32 --steps 1 --nearby 0 --seeds 0 \
    --float-layers conv1_1 -o half
grep -q '"float_layers":"conv1_1"' half/report.json && ok || bad "--float-layers is no setting of the report"
check "both" 64 $qstyle compare "$photo" "$style" --rank-layers --float-layers conv1_1 -o half
rm -rf half ranked half.png painted.png float.run whole.run bare

# --- A content that is smaller than --size ------------------------------------------------------------
check "no --upscale" 0 $qstyle transfer "$portrait" "$style" --quiet --json --size 160 --steps 1 -o small.png
[ "$(field width out.txt)x$(field height out.txt)" = 96x144 ] && ok || bad "enlarged unasked: $(cat out.txt)"
check "--upscale" 0 $qstyle transfer "$portrait" "$style" --quiet --json --size 160 --steps 1 -o small.png --upscale
[ "$(field width out.txt)x$(field height out.txt)" = 107x160 ] && ok || bad "not enlarged: $(cat out.txt)"
rm small.png

# --- The style's size follows the result's, not --size ------------------------------------------------
# sized WORD...: the image's hash with these sizes; what it remarks is in err.txt.
sized() {
    $qstyle transfer "$@" --json --threads 2 --steps 2 -o sized.png >sized.txt 2>err.txt
    hash sized.txt
}
wanted=$(sized "$portrait" "$style" --size 144)
[ ${#wanted} -eq 64 ] && ! grep -q pixels err.txt && ok || bad "a fitting size is remarked on: $(cat err.txt)"
[ "$(sized "$portrait" "$style")" = "$wanted" ] && ! grep -q pixels err.txt && ok || bad "the default size measures another style"
[ "$(sized "$portrait" "$style" --size 4000)" = "$wanted" ] && ok || bad "a large --size measures another style"
grep -q "has 96x144 pixels, and so will the result: --upscale enlarges it to --size 4000" err.txt &&
    [ "$(grep -c pixels err.txt)" -eq 1 ] && ok || bad "no remark on --size: $(cat err.txt)"
[ "$(sized "$portrait" "$style" --style-scale 1)" = "$wanted" ] && ok || bad "--style-scale 1 is not the default"
half=$(sized "$portrait" "$style" --size 144 --style-scale 0.5)
[ ${#half} -eq 64 ] && [ "$half" != "$wanted" ] && ok || bad "--style-scale changes nothing"
# A style of 96x144 is no larger for a result of 213x320 pixels, half as large for 96 pixels and a scale of 0.75.
sized "$photo" "$portrait" --size 320 >/dev/null
grep -q "has 96x144 pixels where 320 on the longer side are wanted, .* 2.2 times finer" err.txt && ok || bad "a small style: $(cat err.txt)"
sized "$photo" "$portrait" --size 96 --style-scale 1.5 >/dev/null
grep -q pixels err.txt && bad "a style that is large enough: $(cat err.txt)" || ok
sized "$photo" "$portrait" --size 96 --style-scale 1.55 >/dev/null
grep -q pixels err.txt && bad "a style that is hardly too small: $(cat err.txt)" || ok
sized "$photo" "$portrait" --size 96 --style-scale 1.6 >/dev/null
grep -q "where 154 on the longer side are wanted" err.txt && ok || bad "--style-scale beyond the style: $(cat err.txt)"
check "remarks are no errors" 0 $qstyle transfer "$photo" "$portrait" --size 320 --dry-run --quiet -o sized.png
[ ! -s err.txt ] && ok || bad "--quiet remarks: $(cat err.txt)"
check "a style scale of 0" 64 $qstyle transfer "$photo" "$style" --style-scale 0 -o sized.png

# --- Several styles ----------------------------------------------------------------------------------------------------------------
once=$(sized "$photo" "$style" --size 64)
[ "$(sized "$photo" "$style" --style "$style" --size 64)" = "$once" ] && ok || bad "one style twice is another style"
mixed=$(sized "$photo" "$style:3" "$portrait" --size 64)
[ ${#mixed} -eq 64 ] && [ "$mixed" != "$once" ] && ok || bad "a second style changes nothing"
# A file of the whole name goes before a weight.
cp "$style" painting:3
[ "$(sized "$photo" painting:3:6 "$portrait:2" --size 64 --style-scale 1,1)" = "$mixed" ] && ok || bad "a name with a colon: $(cat err.txt)"
check "a weight of 0" 64 $qstyle transfer "$photo" "$style:0" -o sized.png
grep -q "the weight of a style is above 0" err.txt && ok || bad "a weight of 0: $(cat err.txt)"
for weight in nan inf 1e400 1e7 x ''; do
    check "a weight of '$weight'" 64 $qstyle transfer "$photo" "$style:$weight" -o sized.png
    grep -q "the weight of a style is above 0" err.txt && ok || bad "a weight of '$weight': $(cat err.txt)"
done
check "no weight at all" 64 $qstyle transfer "$photo" "$style" --content-weight 0 --style-weight 0 -o sized.png
check "a weight below 0" 64 $qstyle transfer "$photo" "$style" --style "$portrait:-2" -o sized.png
check "scales for other styles" 64 $qstyle transfer "$photo" "$style" "$portrait" --style-scale 1,2,1 -o sized.png
check "a missing second style" 1 $qstyle transfer "$photo" "$style" missing.png -o sized.png
check "a plan of several styles" 0 $qstyle plan "$photo" "$style" 500x400:2 --style-scale 1,2
rm -f painting:3

# --- Saved styles ----------------------------------------------------------------------------------------------------------------
check "a saved style" 0 $qstyle transfer "$photo" "$style" --size 64 --steps 2 --threads 2 --quiet --save-style warm.style -o sized.png
[ "$(sized "$photo" warm.style --size 64)" = "$once" ] && ok || bad "a saved style is no longer its picture: $(cat err.txt)"
[ "$(sized "$photo" warm.style:3 "$portrait" --size 64 --plan streaming-16-lean)" = "$mixed" ] && ok || bad "a saved style in a mix: $(cat err.txt)"
sized "$photo" warm.style --size 32 >/dev/null
grep -q "warm.style was measured at 64x64 where 32 on the longer side are wanted, .* 2 times larger" err.txt && ok || bad "a saved style's size: $(cat err.txt)"
check "a plan of a saved style" 0 $qstyle plan "$photo" warm.style
# unfit NAME SENTENCE ARGUMENTS...: refused in one line, nothing written.
unfit() {
    what=$1 sentence=$2
    shift 2
    check "$what" 1 $qstyle transfer "$photo" "$@" --size 64 --steps 2 -o unmade.png
    grep -qe "$sentence" err.txt && [ ! -e unmade.png ] && ok || bad "$what: $(cat err.txt)"
}
every="--style-loss gram,moments,histogram"
[ "$(sized "$photo" warm.style --size 64 $every)" = "$(sized "$photo" "$style" --size 64 $every)" ] && ok || bad "a saved style with every loss: $(cat err.txt)"
unfit "a saved style in other colours" "whose colours can not be matched" warm.style --colors match
unfit "a saved style for other pooling" "saved with the pooling avg, and max is used" warm.style --pool max
unfit "a saved style for other arithmetic" "saved with the precision int8, and float32 is used" warm.style --precision float32
unfit "a saved style without a layer" "saved without conv3_2" warm.style --style-layers conv1_1,conv3_2
unfit "a saved style that is saved" "is a saved style already" warm.style --save-style again.style
unfit "weights as a style" "and none of a saved style" "$weights"
head -c 100000 warm.style >cut.style
unfit "a saved style that is cut off" "is cut off" cut.style
{ head -c 100000 warm.style; printf '\377'; tail -c +100002 warm.style; } >bad.style
unfit "a damaged saved style" "is a damaged style file" bad.style
check "two styles to save" 64 $qstyle transfer "$photo" "$style" "$portrait" --save-style two.style -o unmade.png
check "a saved style over its picture" 64 $qstyle transfer "$photo" "$style" --save-style "$style" -o unmade.png
check "a saved style without a place" 1 $qstyle transfer "$photo" "$style" --size 64 --save-style missing/a.style -o unmade.png
[ ! -e unmade.png ] && [ ! -e two.style ] && [ ! -e again.style ] && ok || bad "a refused --save-style has written"
rm -f warm.style cut.style bad.style
rm -f sized.png

# --- A dry run, and the run itself ---------------------------------------------------------------------
# A limit in the widest gap between two plans: of two processes, one begins with a few pages more.
limit=$($qstyle plan "$photo" "$style" --size 90 --threads 2 --json | python3 -c '
import json, sys
peaks = [plan["peak_bytes"] for plan in json.load(sys.stdin)["plans"]]
print(max((above - below, above + below) for above, below in zip(peaks, peaks[1:]))[1] // 2048)')K
for options in "" "--plan streaming-16-lean" "--memory $limit" "--optimizer adam --pool max" "--precision float32" "--colors match,luma --style-loss gram,moments,histogram"; do
    run="$qstyle transfer $photo $style --size 90 --steps 3 --threads 2 --json --quiet $options"
    check "dry run $options" 0 $run --dry-run -o unmade.png
    cp out.txt dry.txt
    [ ! -e unmade.png ] && ok || bad "a dry run left a picture"
    check "run $options" 0 $run -o made.png
    python3 - dry.txt out.txt <<'END' && ok || bad "dry run $options: $(cat dry.txt)"
import json, sys
dry, run = [json.load(open(name)) for name in sys.argv[1:]]
assert set(dry) == {"plan", "predicted_peak_bytes", "predicted_step_ms", "width", "height", "scales"}, dry
assert [dry[key] for key in ("plan", "width", "height")] == [run[key] for key in ("plan", "width", "height")], run
assert 0.8 * dry["predicted_peak_bytes"] < run["peak_bytes"] <= dry["predicted_peak_bytes"], run
assert dry["predicted_step_ms"] > 0
END
done
check "dry run as text" 0 $transfer "$portrait" "$style" --plan resident-32 --dry-run -o unmade.png
grep -q "^32x48, plan resident-32: peak memory [0-9.]* MiB; 2 steps " out.txt && ok || bad "dry run: $(cat out.txt)"
check "dry run without memory" 1 $transfer "$portrait" "$style" --memory 1M --dry-run -o unmade.png
rm -f made.png

# --- plan ------------------------------------------------------------------------------------------------
check "plan" 0 $qstyle plan 90x60 120x120 --json --threads 2
cp out.txt all.txt
# The limit lies in the widest gap between two plans: of two processes, one begins with a few pages more.
check "plan --memory" 0 $qstyle plan 90x60 120x120 --json --threads 2 --memory 46M
cp out.txt limited.txt
check "plan as text" 0 $qstyle plan 90x60 120x120 --threads 2 --memory 46M
python3 - all.txt limited.txt out.txt <<'END' && ok || bad "plan: $(cat out.txt)"
import json, sys
every, limited = [json.load(open(name))["plans"] for name in sys.argv[1:3]]
for plans, limit in ((every, 1 << 62), (limited, 46 << 20)):
    assert all(set(plan) == {"name", "peak_bytes", "relative_time", "chosen"} for plan in plans)
    assert len({plan["name"] for plan in plans}) == len(plans) > 5
    # From the fastest on; who is slower takes less.
    assert [p["relative_time"] for p in plans] == sorted(p["relative_time"] for p in plans)
    assert [p["peak_bytes"] for p in plans] == sorted((p["peak_bytes"] for p in plans), reverse=True)
    assert [p["chosen"] for p in plans].index(True) == [p["peak_bytes"] <= limit for p in plans].index(True)
    assert sum(plan["chosen"] for plan in plans) == 1
assert not limited[0]["chosen"]
title, *lines = open(sys.argv[3]).read().splitlines()
assert title == "90x60, 2 threads, at most 46.0 MiB (--memory)" and len(lines) == len(limited)
for line, plan in zip(lines, limited):
    assert line.startswith("* " if plan["chosen"] else "  ") and line[2:].split()[0] == plan["name"], line
    assert abs(float(line.split("MiB")[0].split()[-1]) - plan["peak_bytes"] / 2**20) <= 0.5, line
END
check "plan of pictures" 0 $qstyle plan "$photo" "$style" --size 90 --threads 2
head -n 1 out.txt | grep -q "^90x60, 2 threads, at most " && ok || bad "plan of pictures: $(cat out.txt)"
check "plan of a small picture" 0 $qstyle plan "$portrait" --size 160
grep -q "has 96x144 pixels, and so will the result: --upscale" err.txt && ok || bad "plan remarks nothing: $(cat err.txt)"
grep -q "^96x144," out.txt && ok || bad "plan enlarges unasked: $(cat out.txt)"
check "plan --upscale" 0 $qstyle plan "$portrait" --size 160 --upscale
grep -q "^107x160," out.txt && ok || bad "plan --upscale: $(cat out.txt)"
# Refused, but all plans are shown.
$qstyle plan 90x60 --memory 1M >out.txt 2>err.txt
[ $? -eq 1 ] && [ "$(wc -l <err.txt)" -eq 1 ] && ! grep -q '^\*' out.txt && ok || bad "plan with no memory: $(cat err.txt)"
check "plan of nothing" 64 $qstyle plan
check "plan of a missing picture" 1 $qstyle plan missing.png
check "plan of text" 1 $qstyle plan painted.txt
# Between what six changes take and what one does.
least() { $qstyle plan 768x576 --threads 2 --json "$@" | sed 's/"scales":.*//; s/.*"peak_bytes":\([0-9]*\).*/\1/'; }
limit=$((($(least) + $(least --history 1)) / 2048))K
check "plan without memory for the changes" 1 $qstyle plan 768x576 --threads 2 --memory $limit
history=$(sed -n 's/.*: use --spill DIR, --history \([1-5]\), --size [0-9]* or less, or allow more --memory$/\1/p' err.txt)
check "plan with fewer changes" 0 $qstyle plan 768x576 --threads 2 --memory $limit --history "$history"
check "plan with one more" 1 $qstyle plan 768x576 --threads 2 --memory $limit --history $((history + 1))
check "plan of more terms" 0 $qstyle plan 90x60 --normalize-gradients --smooth 1 --style-layers conv1_1 --style-loss moments
check "plan of a bad --memory" 64 $qstyle plan 90x60 --memory lots

# --- Weights in the user's data folder ------------------------------------------------------------------
mkdir -p away data/qstyle home/.local/share/qstyle
cp "$qstyle" away/qstyle
alone="env -u QSTYLE_WEIGHTS HOME=$folder/nowhere XDG_DATA_HOME"
run="away/qstyle transfer $portrait $style --quiet --size 48 --steps 1 -o away.png"
check "no weights anywhere" 1 $alone=nowhere $run
ln -s "$weights" data/qstyle/
check "XDG_DATA_HOME" 0 $alone=data $run
ln -s "$weights" home/.local/share/qstyle/
check "HOME" 0 env -u QSTYLE_WEIGHTS -u XDG_DATA_HOME HOME=home $run
check "QSTYLE_WEIGHTS" 0 env XDG_DATA_HOME=nowhere HOME=nowhere QSTYLE_WEIGHTS="$weights" $run
check "QSTYLE_WEIGHTS comes first" 1 env XDG_DATA_HOME=data QSTYLE_WEIGHTS=missing $run
rm -rf away away.png

# --- Terms -----------------------------------------------------------------------------------------------
# The sums are those of the terms: content and style before their factors, total with them.
check "terms" 0 $qstyle transfer "$photo" "$style" --size 48 --steps 2 --smooth 3 --log terms.jsonl --json --quiet -o unmade.png
python3 - out.txt terms.jsonl <<'END' && ok || bad "terms: $(cat out.txt)"
import json, math, sys
for text in [open(sys.argv[1]).read(), *open(sys.argv[2])]:
    run = json.loads(text)
    terms = run["terms"]
    assert [set(term) for term in terms] == [{"name", "layer", "value", "weight"}] * 7, terms
    assert [term["name"] for term in terms] == ["content"] + ["gram"] * 5 + ["total_variation"], terms
    assert terms[0]["layer"] == "conv4_2" and terms[-1]["layer"] is None and terms[-1]["weight"] == 3
    total = sum(term["value"] * term["weight"] for term in terms)
    style = sum(term["value"] * term["weight"] for term in terms[1:6])
    assert math.isclose(total, run["total"], rel_tol=1e-9) and math.isclose(style, run["style"], rel_tol=1e-9)
    assert math.isclose(terms[0]["value"], run["content"], rel_tol=1e-9), run
END
variation() { python3 -c 'import json,sys; print(json.load(open(sys.argv[1]))["terms"][-1]["value"])' out.txt; }
rough=$(variation)
check "--smooth smooths" 0 $qstyle transfer "$photo" "$style" --size 48 --steps 4 --smooth 1e7 --json --quiet -o unmade.png
python3 -c "import sys; sys.exit(not $(variation) < 0.5 * $rough)" && ok || bad "--smooth: $(variation) is not far below $rough"
check "--smooth below 0" 64 $transfer "$photo" "$style" --smooth -1 -o unmade.png
# Layers are those of the weights' network.
check "plan of a network" 0 $qstyle plan 64x64 --weights "$fixtures/../weights/vgg19-int8.safetensors"
check "a layer that no network has" 64 $transfer "$photo" "$style" --style-layers conv3_9 -o unmade.png
rm -f unmade.png terms.jsonl

# --- plan --verbose: the parts of the steps' memory add up to a little less than the peak ------------------------------------
for plan in "--memory 60M" "" "--precision float32 --pool max" "--spill . --memory 48M"; do
    check "plan --verbose $plan" 0 $qstyle plan 400x300 200x200 --threads 2 --optimizer adam $plan --verbose --json
    python3 - <<'END' && ok || bad "plan --verbose $plan: $(cat out.txt)"
import json
plan = json.load(open("out.txt"))
steps = plan["steps"]
layers = steps.pop("layers")
parts = sum(steps.values()) + sum(sum(layer[name] for name in ("output", "masks", "pooled", "gradients")) for layer in layers)
chosen, = (entry for entry in plan["plans"] if entry["chosen"])
assert [layer["layer"] for layer in layers][::12] == ["conv1_1", "conv5_1"] and 0.6 * chosen["peak_bytes"] < parts < chosen["peak_bytes"], parts
END
done
