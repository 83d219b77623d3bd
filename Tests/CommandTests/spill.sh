# The state of a run in a file.

mkdir disk
# traffic: the file's bytes and what a step moves are as planned, in the plan (plan.txt) and in the run (out.txt).
traffic() {
    python3 - "$1" <<'END' && ok || bad "$1: $(cat out.txt)"
import json
run, dry = (json.load(open(name)) for name in ("out.txt", "plan.txt"))
spill = run["spill"]
assert run["plan"] == dry["plan"] and run["plan"].endswith("-spill"), run
assert {name: spill[name] for name in dry["spill"]} == dry["spill"], (spill, dry)
assert spill["file_bytes"] > 0, spill
assert spill["last_step_read_bytes"] == spill["step_read_bytes"] > 0, spill
assert spill["last_step_written_bytes"] == spill["step_written_bytes"] > 0, spill
assert 0 < spill["last_step_disk_seconds"] <= run["seconds"], spill
rates = [dry["disk"][name + "_bytes_per_second"] for name in ("read", "written")]
step = spill["step_read_bytes"] / rates[0] + spill["step_written_bytes"] / rates[1]
assert min(rates) > 1e5 and abs(dry["disk"]["step_seconds"] / step - 1) < 1e-6, dry
assert dry["predicted_peak_bytes"] / 1.1 <= run["peak_bytes"] <= dry["predicted_peak_bytes"], (run, dry)
END
}
for options in "--optimizer adam" "--optimizer adam --state float32" "" "--state float32 --pool max --smooth 2"; do
    spilled="$qstyle transfer $photo $style --quiet --json --size 96 --threads 2 --steps 4 $options"
    check "in memory, $options" 0 $spilled --spill disk -o a.png
    grep -q spill out.txt && bad "spilled without need" || ok
    wanted=$(hash out.txt)
    for plan in streaming-16-lean-spill keep-conv3_1-32-spill; do
        check "spill, planned, $options" 0 $spilled --spill disk --plan $plan --dry-run -o a.png
        mv out.txt plan.txt
        check "spill, $options" 0 $spilled --spill disk --plan $plan -o b.png
        [ "$(hash out.txt)" = "$wanted" ] && cmp -s a.png b.png && ok || bad "spill, $plan $options: other bits"
        traffic "spill, $plan $options"
    done
done
# From coarse to fine: what the next scale starts from is in the file as well, also where the engine's rows are columns.
for picture in "$photo" "$portrait"; do
    coarse="$qstyle transfer $picture $style --quiet --json --upscale --scales 64,160,320 --steps 2,1,3 --threads 2 --optimizer adam"
    check "scales in memory" 0 $coarse -o a.png
    wanted=$(hash out.txt)
    check "scales that spill, planned" 0 $coarse --spill disk --plan streaming-16-lean-spill --dry-run -o a.png
    mv out.txt plan.txt
    check "scales that spill" 0 $coarse --spill disk --plan streaming-16-lean-spill -o b.png
    [ "$(hash out.txt)" = "$wanted" ] && cmp -s a.png b.png && ok || bad "scales that spill: other bits"
    traffic "scales that spill"
done
# Content targets without their zeros: the same bits in less memory, before a file is needed; a content that is too dense is told in time.
for options in "--optimizer adam" "--precision float32 --weights $fixtures/vgg19-reference.safetensors" "--scales 80,200 --colors match"; do
    packed="$qstyle transfer $photo $style --quiet --json --size 200 --threads 2 --steps 2 $options"
    check "not packed, $options" 0 $packed -o a.png
    wanted=$(hash out.txt)
    for plan in streaming-16-lean-packed keep-conv3_1-32-packed; do
        check "packed, $plan $options" 0 $packed --plan $plan -o b.png
        [ "$(hash out.txt)" = "$wanted" ] && cmp -s a.png b.png && ok || bad "packed, $plan $options: other bits"
    done
done
check "a content that does not pack" 1 $transfer "$photo" "$style" --content-layers conv1_2 --plan streaming-16-packed -o result.png
grep -q "do not pack into half their bytes: use --spill DIR" err.txt && ok || bad "a content that does not pack: $(cat err.txt)"
check "3840x2160 in 292 MiB" 0 $qstyle plan 3840x2160 --optimizer adam --threads 2 --memory 292M
grep -q "^\* streaming-16-lean-packed " out.txt && ok || bad "3840x2160 in 292 MiB: $(cat out.txt)"
check "a small picture has no packed plans" 0 $qstyle plan 512x384 --threads 2
grep -q packed out.txt && bad "a small picture has packed plans" || ok
# The least plan that does not fit gives way to a file, by --memory and in words.
check "plans that spill" 0 $qstyle plan 1024x768 --optimizer adam --threads 2 --memory 70M --spill disk
grep -qE "^\* .*-spill +[0-9.]+ MiB" out.txt && grep -qE "MiB on disk; a step reads [0-9.]+ MiB and writes [0-9.]+ MiB, at most .* and [0-9.]+ [KMG]iB per second$" out.txt && ok ||
    bad "plans that spill: $(cat out.txt)"
check "the same without a folder" 1 $qstyle plan 1024x768 --optimizer adam --threads 2 --memory 70M
grep -q "70.0 MiB are allowed: use --spill DIR, --size " err.txt && ok || bad "without a folder: $(cat err.txt)"
check "too little for a file as well" 1 $qstyle plan 1024x768 --optimizer adam --threads 2 --memory 30M
grep -q "spill" err.txt && bad "advice that does not help: $(cat err.txt)" || ok

# --- Killed and gone on with, in a file or in memory; nothing is left ----------------------------------------------------
run="$qstyle transfer $photo $style --quiet --json --size 64 --threads 1"
check "a run that is not killed" 0 $run --steps 12 -o whole.png
wanted=$(hash out.txt)
for end in "" "--spill disk --plan streaming-16-spill"; do
    rm -f c.run
    killed c.run $run --steps 12 --spill disk --plan streaming-16-spill --checkpoint c.run --checkpoint-every 2 -o c.png
    [ -z "$(ls -A disk)" ] && ok || bad "left by a killed run: $(ls -A disk)"
    check "gone on with, $end" 0 $run --steps 12 $end --checkpoint c.run -o c.png
    [ "$(hash out.txt)" = "$wanted" ] && ok || bad "gone on with, $end: other bits"
done

# --- A state that is lost: one line, and the last checkpoint is whole ---------------------------------------------------
rm -f c.run
$qstyle transfer "$photo" "$style" --quiet --size 64 --threads 1 --steps 4000 --spill disk --plan streaming-16-spill \
    --checkpoint c.run --checkpoint-every 2 -o result.png 2>err.txt &
lost=$!
until [ -s c.run ] || ! kill -0 $lost; do sleep 0.05; done
for file in /proc/$lost/fd/*; do case $(readlink "$file") in "$folder"/disk/*) : >"$file" ;; esac; done
wait $lost
[ $? -eq 1 ] && [ "$(wc -l <err.txt)" -eq 1 ] && grep -q "^qstyle: --spill: disk has lost the run's state: " err.txt && [ ! -e result.png ] &&
    ok || bad "a lost state: $(cat err.txt)"
step=$(od -An -tu8 -j32 -N8 c.run | tr -d ' ')
check "gone on with from the last checkpoint" 0 $run --steps $((step + 1)) --checkpoint c.run -o c.png
grep -q "\"resumed_at\":$step," out.txt && ok || bad "another step than $step: $(cat out.txt)"
lost=$(hash out.txt)
check "a run without a loss" 0 $run --steps $((step + 1)) --checkpoint d.run -o c.png
[ "$(hash out.txt)" = "$lost" ] && ok || bad "a lost state: other bits"
rm -f ./*.run ./*.png

# --- 16384 pixels a side ----------------------------------------------------------------------------------------------------
python3 - <<'END'
import struct, zlib
def png(name, width, height):
    def chunk(tag, data):
        return struct.pack(">I", len(data)) + tag + data + struct.pack(">I", zlib.crc32(tag + data))
    data = b"".join(b"\0" + bytes((x * y + 40 * c) % 256 for x in range(width) for c in range(3)) for y in range(height))
    open(name, "wb").write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(data, 1)) + chunk(b"IEND", b""))
png("wide.png", 16384, 18)
png("tall.png", 18, 16384)
END
for side in wide tall; do
    run="$qstyle transfer $side.png $style --quiet --json --size 16384 --scales off --steps 1 --optimizer adam
        --style-layers conv1_1,conv2_1 --content-layers conv2_1"
    check "$side" 0 $run --checkpoint $side.run -o a.png
    wanted=$(hash out.txt)
    check "$side, in a file" 0 $run --spill disk --plan streaming-16-lean-spill -o b.png
    [ "$(hash out.txt)" = "$wanted" ] && cmp -s a.png b.png && ok || bad "$side: other bits in a file"
    check "$side, gone on with" 0 $run --checkpoint $side.run -o c.png
    cmp -s a.png c.png && ok || bad "$side: other bits from a checkpoint"
done
check "a plan of 16384x16384" 0 $qstyle plan 16384x16384 512x512 --optimizer adam --threads 2 --memory 1G --spill disk
grep -qE "^\* .*-spill +[0-9.]+ MiB" out.txt && ok || bad "a plan of 16384x16384: $(cat out.txt)"
rm -f ./*.run ./*.png

# --- Folders that cannot hold it: one line before the run -----------------------------------------------------------------
spilled="$transfer $photo $style --plan streaming-16-spill -o result.png"
check "a folder that is not there" 1 $spilled --spill nowhere
check "a file as folder" 1 $spilled --spill out.txt
check "a plan without a folder" 1 $spilled
check "a file that is too large" 1 sh -c 'ulimit -f 100; exec "$@"' sh $spilled --spill disk
grep -q "ulimit -f" err.txt && ok || bad "a file that is too large: $(cat err.txt)"
if [ "$(id -u)" -ne 0 ]; then
    chmod 555 disk
    check "a folder that is not writable" 1 $spilled --spill disk
    chmod 755 disk
fi
if mkdir small && mount -t tmpfs -o size=64k none small 2>/dev/null; then
    check "a disk that is full" 1 $spilled --spill small
    grep -q "^qstyle: --spill: small has no room for the .* MiB of the run's state" err.txt && [ -z "$(ls -A small)" ] && ok ||
        bad "a full disk: $(cat err.txt)"
    mount -o remount,size=32m small
    check "a folder in memory" 0 $qstyle transfer "$photo" "$style" --size 48 --steps 1 --plan streaming-16-spill --spill small -o r.png
    grep -q "^qstyle: warning: --spill: small is itself in memory, " err.txt && ok || bad "a folder in memory: $(cat err.txt)"
    umount small
fi
rm -rf disk small plan.txt
