# Limits of the system, and what a build can check by itself.

# --- ulimit: one line and exit 1, or the work is done ---------------------------------------------------------
# limited NAME COMMAND...: sweeps the address space and the data, from where the program starts.
limited() {
    name=$1
    shift
    done=0
    for limit in "v 26000" "v 45000" "v 60000" "v 110000" "v 900000" "d 12000" "d 30000" "d 900000"; do
        (ulimit -"${limit% *}" "${limit#* }" && exec "$@") >out.txt 2>err.txt
        code=$?
        # Below 20 to 30 MB the system's loader has no room for the libraries.
        [ $code -eq 127 ] && continue
        lines=$(wc -l <err.txt)
        [ $code -eq 0 ] || { [ $code -eq 1 ] && [ "$lines" -eq 1 ] && grep -qE "ulimit -(v|d)" err.txt; } && ok ||
            bad "$name, ulimit -$limit: exit $code: $(head -c 300 err.txt)"
        [ $code -eq 0 ] && done=$((done + 1))
    done
    [ $done -ge 2 ] && ok || bad "$name is never done under ulimit"
}
limited transfer $qstyle transfer "$photo" "$style" --quiet --size 48 --steps 1 --threads 2 -o limited.png
limited "transfer in float32" $qstyle transfer "$photo" "$style" --quiet --size 48 --steps 1 --precision float32 -o limited.jpg
limited plan $qstyle plan "$photo" --threads 2
limited inspect $qstyle inspect "$weights"
limited bench $qstyle bench --size 32x32 --repeats 1 --threads 2
limited verify $qstyle verify --steps 1 "$fixtures/golden/seed_avg_64x48.safetensors"
limited "verify --self" $qstyle verify --self --quiet
limited compare $qstyle compare "$photo" "$style" --quiet --size 32 --steps 1 --nearby 0 --seeds 0 -o limited
limited quantize $quantize "$fixtures/vgg19-reference.safetensors" --to codebook -o limited.safetensors --quiet
rm -rf limited limited.*
# The plan follows the limit, and both say which one it was.
check "a plan under ulimit -v" 0 sh -c "ulimit -v 200000; exec $qstyle plan 512x384 --threads 2"
grep -q "^512x384, 2 threads, at most 1[0-9.]* MiB (ulimit -v)$" out.txt && ok || bad "ulimit -v: $(head -n 1 out.txt)"
check "a plan" 0 $qstyle plan 64x48 --json
grep -q '"limit_bytes":[0-9]*,"limit_reason":"nine tenths of what ' out.txt && ok || bad "no limit: $(head -c 200 out.txt)"
# A plan of a size alone, of a picture, and of the run itself: no run takes more.
for threads in 1 2; do
    check "a run to compare with plans" 0 $qstyle transfer "$fixtures/photo-astronaut.jpg" "$style" --quiet --json --size 96 \
        --threads $threads --plan resident-64 --steps 22 -o planned.png
    peak=$(sed 's/.*"peak_bytes":\([0-9]*\).*/\1/' out.txt)
    for content in 96x96 "$fixtures/photo-astronaut.jpg"; do
        check "a plan of $content" 0 $qstyle plan "$content" --size 96 --threads $threads --json
        plan=$(sed 's/.*"resident-64","peak_bytes":\([0-9]*\).*/\1/' out.txt)
        [ "$plan" -ge "$peak" ] && [ $((plan * 20)) -le $((peak * 21)) ] && ok || bad "$content: $plan planned, $peak measured"
    done
done
rm -f planned.png

# --- A control group of this process's own group -----------------------------------------------------------
# The group's folder, in version 1 or 2.
group=$(sed -n 's/^[0-9]*:\([^:]*,\)*memory\(,[^:]*\)*:/\/sys\/fs\/cgroup\/memory/p' /proc/self/cgroup)
limit=memory.limit_in_bytes
[ -n "$group" ] || { group=/sys/fs/cgroup$(sed -n 's/^0:://p' /proc/self/cgroup) limit=memory.max; }
group=$group/qstyle-test-$$
if mkdir "$group" 2>/dev/null && echo $((80 << 20)) 2>/dev/null >"$group/$limit"; then
    # within COMMAND...: runs it in the group.
    within() { sh -c 'echo $$ >"$0/cgroup.procs" && exec "$@"' "$group" "$@"; }
    check "a transfer in a group of 80 MiB" 0 within $qstyle transfer "$fixtures/photo-astronaut.jpg" "$style" \
        --quiet --size 512 --scales off --steps 1 -o group.png
    check "a plan in a group" 0 within $qstyle plan 512x384
    head -n 1 out.txt | grep -q "at most [0-9.]* MiB (nine tenths of what the control group $group leaves)$" &&
        ok || bad "the group is not seen: $(head -n 1 out.txt)"
    echo $((24 << 20)) >"$group/$limit"
    check "a transfer in a group of 24 MiB" 1 within $transfer "$photo" "$style" -o result.png
    check "a conversion in a group of 24 MiB" 1 within $quantize "$fixtures/vgg19-reference.safetensors" --to float32 -o q.safetensors
    rm -f group.png
else
    echo "skipped: no control group can be made here" >&2
fi
[ ! -d "$group" ] || rmdir "$group"

# --- Without /proc -------------------------------------------------------------------------------------------
if unshare -m umount -l /proc 2>/dev/null; then
    bare() { unshare -m sh -c 'umount -l /proc && exec "$@"' sh "$@"; }
    run="$qstyle transfer $photo $style --quiet --json --size 90 --steps 3 --threads 2 -o bare.png"
    check "a dry run without /proc" 0 bare $run --dry-run
    planned=$(sed -n 's/.*"predicted_peak_bytes":\([0-9]*\).*/\1/p' out.txt)
    check "a run without /proc" 0 bare env -u QSTYLE_WEIGHTS $run
    peak=$(sed -n 's/.*"peak_bytes":\([0-9]*\).*/\1/p' out.txt)
    [ "$peak" -le "$planned" ] && ok || bad "without /proc: planned $planned, measured $peak"
    rm -f bare.png
else
    echo "skipped: /proc can not be taken away here" >&2
fi

# --- What was meant --------------------------------------------------------------------------------------------
# hint TEXT CODE COMMAND...: the line on stderr ends so.
hint() {
    text=$1
    shift
    check "$*" "$@"
    grep -q -- "$text\$" err.txt && ok || bad "not '$text': $(cat err.txt)"
}
hint "did you mean --output?" 64 $qstyle transfer "$photo" "$style" -output result.png
hint "did you mean --output?" 64 $quantize "$weights" -output result.safetensors
hint "--init is content, noise, or the path of a picture, and there is no file 'random'" \
    64 $qstyle transfer "$photo" "$style" -o result.png --init random
hint "did you mean qstyle transfer?" 64 $qstyle transfre
hint "to paint that picture: qstyle transfer .*" 64 $qstyle "$photo" "$style" -o result.png
hint "; '--size' is an option" 64 $qstyle transfer "$photo" "$style" -o --size 64
hint "which ends the options; put options before it" 64 $qstyle transfer "$photo" "$style" -- -o result.png
hint "STYLE is missing; name a painting: .*" 64 $qstyle transfer "$photo"
hint "did you mean int8?" 64 $quantize "$photo" --to in8 -o result.safetensors
hint "are for --reference; --weights takes int8 weights" \
    1 $qstyle compare "$photo" "$style" -o unmade --weights "$fixtures/vgg19-reference.safetensors"
check "help about a command" 0 $qstyle help transfer
cp out.txt help.txt
check "--help of a command" 0 $qstyle transfer --help
cmp -s out.txt help.txt && ok || bad "help transfer is not transfer --help"
check "help about nothing" 64 $qstyle help transfre
check "version of quantize" 0 $quantize --version
grep -q "^quantize [0-9.]*$" out.txt && ok || bad "quantize --version: $(cat out.txt)"
# An option without effect is told, and no error.
check "a seed without noise" 0 $qstyle transfer "$photo" "$style" --size 48 --steps 1 --seed 3 -o seed.png
grep -q "^qstyle: warning: --seed has no effect without --init noise$" err.txt && ok || bad "--seed: $(cat err.txt)"
check "a seed of noise" 0 $qstyle transfer "$photo" "$style" --size 48 --steps 1 --seed 3 --init noise -o seed.png
grep -q "no effect" err.txt && bad "--seed of noise: $(cat err.txt)" || ok
rm -f seed.png help.txt

# --- bench and verify --self -------------------------------------------------------------------------------------
check "bench with one thread" 0 $qstyle bench --size 48x32 --repeats 3 --threads 1
grep -q ", 1 thread, plan " out.txt && ! grep -qE " 0 GMAC/s| ([4-9][0-9][0-9]|[0-9]{4,}) %$" out.txt && ok || bad "bench: $(cat out.txt)"
check "bench as JSON" 0 $qstyle bench --size 48x32 --repeats 3 --json
python3 - out.txt <<'END' && ok || bad "bench --json: $(cat out.txt)"
import json, sys
bench = json.load(open(sys.argv[1]))
parts = [(bench[name], "") for name in ("forward", "backward", "step")]
parts += [(layer, way) for layer in bench["layers"] for way in ("forward_", "backward_")]
for part, way in parts:
    # Tiles have a quarter of the products.
    most = 4 if bench["isa"] in ("avx2", "avxvnni", "avx512vnni", "neon") else 1
    assert 0 < part[way + "ms"] <= part[way + "median_ms"] and 0 < part[way + "of_peak"] <= most + 1e-9, part
    assert most == 1 or part[way + "of_peak"] != 1, "the rate of tiles is no limit"
    assert abs(part[way + "median_ms"] / part[way + "ms"] - 1 - part[way + "spread"]) < 1e-9, part
# Every round's step is the sum of its two ways, so the best one is no shorter than theirs.
assert bench["step"]["ms"] >= (bench["forward"]["ms"] + bench["backward"]["ms"]) * (1 - 1e-9)
# A layer's best is no longer than its part of any round.
for way in "forward", "backward":
    assert sum(layer[way + "_ms"] for layer in bench["layers"]) <= bench[way]["ms"], way
END
mkdir alone && cp "$qstyle" alone/
check "verify --self away from all files" 0 env -u QSTYLE_WEIGHTS HOME=nowhere alone/qstyle verify --self
rm -r alone
[ "$(grep -c "^ok " out.txt)" -ge 4 ] && [ "$(grep -c ": scalar, 1 thread, " out.txt)" -eq 4 ] && ok || bad "verify --self: $(cat out.txt)"
check "verify --self as JSON" 0 $qstyle verify --self --json
[ "$(grep -c '"ok":true}$' out.txt)" -eq "$(wc -l <out.txt)" ] && ok || bad "verify --self --json: $(cat out.txt)"
check "verify --self and a case" 64 $qstyle verify --self "$fixtures/golden/seed_avg_64x48.safetensors"
check "verify nothing" 64 $qstyle verify
