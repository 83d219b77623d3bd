# From coarse to fine.

# --- The same bits however it runs, also killed in each scale and resumed ----------------------------------------------
scaled="$qstyle transfer $photo $style --quiet --json --scales 32,48,64 --steps 9,7,6"
for optimizer in lbfgs adam; do
    check "scales" 0 $scaled --optimizer $optimizer --threads 2 -o whole.png --log whole.jsonl --save-every 4
    whole=$(hash out.txt)
    [ ${#whole} -eq 64 ] && ok || bad "scales: no hash"
    [ "$(echo whole-*.png)" = "whole-32-000004.png whole-32-000008.png whole-48-000012.png whole-48-000016.png whole-64-000020.png" ] &&
        ok || bad "scales: the pictures on the way are $(echo whole-*.png)"
    python3 - out.txt whole.jsonl <<'END' && ok || bad "scales: $(cat out.txt)"
import json, sys
run = json.load(open(sys.argv[1]))
assert [(s["width"], s["height"], s["steps"]) for s in run["scales"]] == [(32, 21, 9), (48, 32, 7), (64, 43, 6)], run
assert (run["width"], run["height"], run["steps"]) == (64, 43, 22), run
assert abs(sum(s["seconds"] for s in run["scales"]) - 22 * run["step_ms"] / 1000) < 1e-6, run
lines = [json.loads(line) for line in open(sys.argv[2])]
assert [line["step"] for line in lines] == list(range(1, 23))
assert [line["scale"] for line in lines] == [32] * 9 + [48] * 7 + [64] * 6
END
    for options in "--threads 1" "--threads 3 --plan resident-16" "--threads 2 --plan streaming-16-lean"; do
        check "scales, $options" 0 $scaled --optimizer $optimizer $options -o again.png
        [ "$(hash out.txt)" = "$whole" ] && cmp -s whole.png again.png && ok || bad "scales, $options: other bits"
    done
    for place in 32-000004 48-000012 64-000020; do
        rm -f c.run c.jsonl again-*.png
        killed "again-$place.png" $scaled --optimizer $optimizer --threads 2 --save-every 4 --checkpoint c.run --checkpoint-every 2 \
            -o again.png --log c.jsonl
        check "scales, killed at $place" 0 $scaled --optimizer $optimizer --threads 1 --checkpoint c.run -o again.png --log c.jsonl
        grep -q '"steps":22,"resumed_at":[1-9]' out.txt && [ "$(hash out.txt)" = "$whole" ] && cmp -s whole.png again.png && ok ||
            bad "scales, killed at $place: $(cat out.txt)"
        [ "$(sed 's/{"step":\([0-9]*\),.*/\1/' c.jsonl)" = "$(seq 22)" ] && ok || bad "scales, killed at $place: the log"
    done
    rm -f whole.jsonl whole-*.png again-*.png c.run c.jsonl
done
for set in $sets; do
    [ $set = scalar ] && continue
    check "scales, $set" 0 env QSTYLE_ISA=$set $scaled --optimizer adam --threads 2 -o again.png
    [ "$(hash out.txt)" = "$whole" ] && ok || bad "scales, $set: other bits"
done
# The scalar set is slow.
few="$qstyle transfer $photo $style --quiet --json --scales 32,48 --steps 1,1 --threads 2 -o again.png"
check "few steps" 0 $few
small=$(hash out.txt)
check "few steps, scalar" 0 env QSTYLE_ISA=scalar $few
[ "$(hash out.txt)" = "$small" ] && ok || bad "scales, scalar: other bits"

# --- One scale is none -----------------------------------------------------------------------------------------------------
one="$qstyle transfer $photo $style --quiet --json --threads 2 -o again.png"
check "one size" 0 $one --steps 3 --size 48
single=$(hash out.txt)
for options in "--scales 48" "--size 48 --scales 48" "--size 48 --scales off" "--size 48 --scales auto"; do
    check "$options" 0 $one --steps 3 $options
    [ "$(hash out.txt)" = "$single" ] && ok || bad "$options: other bits than one size"
done
check "two scales" 0 $one --steps 3 --scales 32,48
[ "$(hash out.txt)" != "$single" ] && ok || bad "--scales changes nothing"
check "more steps after a checkpoint" 0 $one --scales 32,48 --steps 4,2 --checkpoint c.run
check "more steps after a checkpoint" 0 $one --scales 32,48 --steps 4,5 --checkpoint c.run
several=$(hash out.txt)
check "all steps at once" 0 $one --scales 32,48 --steps 4,5 --checkpoint d.run
[ "$(hash out.txt)" = "$several" ] && ok || bad "scales: other bits with more steps"
check "other coarse steps" 1 $one --scales 32,48 --steps 5,5 --checkpoint c.run
check "other scales" 1 $one --scales 33,48 --steps 4,5 --checkpoint c.run
check "no scales" 1 $one --size 48 --steps 5 --checkpoint c.run
rm -f c.run d.run whole.png again.png

# --- What it takes -----------------------------------------------------------------------------------------------------------
for options in "" "--plan streaming-16-lean --optimizer adam" "--precision float32"; do
    run="$qstyle transfer $photo $style --quiet --json --scales 96,192,260 --steps 2,1,2 --threads 2 $options"
    check "a dry run of scales $options" 0 $run --dry-run -o unmade.png
    cp out.txt dry.txt
    check "scales $options" 0 $run -o again.png
    python3 - dry.txt out.txt <<'END' && ok || bad "the memory of scales $options: $(cat dry.txt out.txt)"
import json, sys
dry, run = [json.load(open(name)) for name in sys.argv[1:]]
assert run["peak_bytes"] <= dry["predicted_peak_bytes"] <= 1.05 * run["peak_bytes"], (dry, run)
scales = dry["scales"]
assert [(s["width"], s["steps"]) for s in scales] == [(96, 2), (192, 1), (260, 2)], scales
assert max(s["peak_bytes"] for s in scales) == dry["predicted_peak_bytes"]
assert scales[0]["peak_bytes"] < scales[1]["peak_bytes"] < scales[2]["peak_bytes"], scales
assert abs(sum(s["time_share"] for s in scales) - 1) < 1e-12 and scales[2]["time_share"] > 0.6, scales
END
done
check "a plan of scales" 0 $qstyle plan 640x480 --scales 160,320,640 --steps 30,20,10 --threads 2
grep -q "^  320x240 *20 steps  *[0-9.]* MiB *30 % of the time$" out.txt && ok || bad "a plan of scales: $(cat out.txt)"
check "a plan of scales as JSON" 0 $qstyle plan 640x480 --scales auto --threads 2 --json
python3 -c '
import json, sys
plan = json.load(open(sys.argv[1]))
assert len(plan["scales"]) > 1 and plan["scales"][-1]["width"] == 640, plan
chosen = [entry for entry in plan["plans"] if entry["chosen"]]
assert chosen[0]["peak_bytes"] == max(scale["peak_bytes"] for scale in plan["scales"]), plan' out.txt && ok ||
    bad "a plan of scales as JSON: $(cat out.txt)"
rm -f again.png dry.txt

# --- What is painted unasked -------------------------------------------------------------------------------------------------
# scales_of COMMAND...: the longer sides and steps of a dry run, as "256:100 512:50".
scales_of() {
    "$@" --quiet --json --dry-run -o unmade.png >out.txt 2>err.txt &&
        python3 -c 'import json
print(*("{}:{}".format(max(s["width"], s["height"]), s["steps"]) for s in json.load(open("out.txt"))["scales"]))'
}
# unasked SCALES OPTIONS...
unasked() {
    wanted=$1
    shift
    found=$(scales_of $qstyle transfer "$fixtures/photo-astronaut.jpg" "$style" "$@")
    [ "$found" = "$wanted" ] && ok || bad "unasked, $*: $found, not $wanted: $(cat err.txt)"
}
unasked "256:100 512:50"
unasked "511:200" --size 511
unasked "300:100 600:50" --size 600 --upscale
unasked "256:100 512:50 1024:50" --size 1024 --upscale
unasked "256:100 512:7" --steps 7
unasked "256:100 512:50" --scales auto --preset johnson
unasked "512:200" --scales off
unasked "512:9" --scales off --steps 9
unasked "512:200" --preset article
unasked "512:200" --init "$fixtures/photo-astronaut.jpg"
unasked "256:100 512:50" --init "$fixtures/photo-astronaut.jpg" --scales auto
unasked "256:100 512:50" --init noise
check "a saved style" 0 $qstyle transfer "$photo" "$style" --quiet --size 48 --steps 1 -o again.png --save-style kept.style
[ "$(scales_of $qstyle transfer "$fixtures/photo-astronaut.jpg" kept.style)" = "512:200" ] && ok || bad "a saved style: $(cat out.txt)"
check "a remark on a saved style" 0 $qstyle transfer "$fixtures/photo-astronaut.jpg" kept.style --dry-run -o unmade.png
grep -q "kept.style is a style of one size" err.txt && ok || bad "a saved style: $(cat err.txt)"
mkfifo content.pipe
cat "$fixtures/photo-astronaut.jpg" >content.pipe &
check "a pipe, unasked" 0 $qstyle transfer content.pipe "$style" --dry-run -o unmade.png
grep -q "a pipe can be read only once, so the picture is painted at one scale" err.txt && ! grep -q "50 steps" out.txt && ok ||
    bad "a pipe, unasked: $(cat out.txt err.txt)"
rm -f content.pipe
check "a plan, unasked" 0 $qstyle plan 512x384 --threads 2
grep -q "^  512x384 *50 steps" out.txt && ok || bad "a plan, unasked: $(cat out.txt)"
check "a plan of one scale" 0 $qstyle plan 512x384 --threads 2 --scales off
grep -q steps out.txt && bad "a plan of one scale: $(cat out.txt)" || ok
rm -f again.png kept.style

# --- compare -------------------------------------------------------------------------------------------------------------------
compared="$qstyle compare $photo $style --quiet --threads 2 --scales 32,48 --nearby 0 --seeds 0"
check "compare scales" 0 $compared --steps 4,3 -o coarse
$qstyle transfer "$photo" "$style" --quiet --scales 32,48 --steps 4,3 --threads 2 -o t.png
cmp -s t.png coarse/int8.png && ok || bad "compare has another image than transfer"
killed 'killed/runs/*.checkpoint' $compared --checkpoint-every 1 --steps 40,3 -o killed
check "compare, killed in a coarse scale" 0 $compared --steps 40,3 -o killed
check "the same at once" 0 $compared --steps 40,3 -o whole
cmp -s killed/int8.png whole/int8.png && cmp -s killed/float32.png whole/float32.png && ok || bad "compare: other bits after a kill"
rm -rf t.png coarse killed whole

# --- Bad input -----------------------------------------------------------------------------------------------------------------
for scales in "" x 48, ,48 15,48 48,16385 64,48 48,48 32,64,48 32.5,48 automatic; do
    check "--scales '$scales'" 64 $qstyle transfer "$photo" "$style" --quiet -o result.png --scales "$scales"
    check "a plan of --scales '$scales'" 64 $qstyle plan 640x480 --scales "$scales"
done
for options in "--scales 32,64 --size 48" "--scales 32,48 --size 64" "--scales 32,48 --steps 1,2,3" "--scales 32,48,64 --steps 1,2" \
    "--steps 1,2" "--scales auto --steps 1,2" "--scales 32,48 --steps 1,0" "--scales 32,48 --steps 1," "--scales 32,400" \
    "--preset article --scales 32,48"; do
    check "$options" 64 $qstyle transfer "$photo" "$style" --quiet -o result.png $options
done
grep -q "fixed by --preset article" err.txt && ok || bad "scales of the article: $(cat err.txt)"
check "a small scale" 1 $qstyle transfer "$photo" "$style" --quiet -o result.png --scales 20,48
mkfifo content.pipe
check "a pipe is read once" 64 $qstyle transfer content.pipe "$style" --quiet -o result.png --scales 32,48
rm -f content.pipe
cp "$photo" result-32-000001.png
check "a picture on the way over the content" 64 $qstyle transfer result-32-000001.png "$style" --quiet -o result.png \
    --scales 32,48 --steps 2,2 --save-every 1
rm -f result-32-000001.png
