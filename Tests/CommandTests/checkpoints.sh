# Checkpoints: a killed or stopped run goes on to the same bits.
stepped="$qstyle transfer $photo $style --quiet --size 61 --steps 40"
for memory in "lbfgs int8 7" "lbfgs float32 3" "adam int8 7" "adam float32 1"; do
    set -- $memory
    options="--optimizer $1 --state $2 --checkpoint-every $3 --checkpoint c.run"
    rm -f c.run c.jsonl
    $stepped --optimizer "$1" --state "$2" -o whole.png --json >whole.txt
    killed c.run $stepped $options -o killed.png --log c.jsonl
    [ ! -e killed.png ] && ok || bad "$1 $2: a killed run left a picture"
    check "$1 $2: goes on" 0 $stepped $options -o killed.png --log c.jsonl --json --threads 1 --plan streaming-16-lean
    grep -q '"steps":40,"resumed_at":[1-9]' out.txt && [ "$(hash out.txt)" = "$(hash whole.txt)" ] &&
        cmp -s whole.png killed.png && ok || bad "$1 $2: other bits after a kill: $(cat out.txt)"
    [ "$(sed 's/{"step":\([0-9]*\),.*/\1/' c.jsonl)" = "$(seq 40)" ] && ok || bad "$1 $2: the log of a killed run"
    rm -f killed.png
done
# 5 steps, then 11, then the same again without a step.
fewer="$qstyle transfer $photo $style --quiet --size 48 --init noise"
$fewer --steps 11 -o whole.png
check "five steps" 0 $fewer --steps 5 -o five.png --checkpoint more.run
check "eleven steps" 0 $fewer --steps 11 -o eleven.png --checkpoint more.run
cmp -s whole.png eleven.png && ok || bad "other bits with more steps"
cp more.run kept.run
check "no more steps" 0 $fewer --steps 11 -o again.png --checkpoint more.run
cmp -s whole.png again.png && cmp -s more.run kept.run && ok || bad "a finished run is not what it was"
stopped INT stopped.jsonl $qstyle transfer "$photo" "$style" $long -o stopped.png --checkpoint s.run --log stopped.jsonl
[ $? -eq 2 ] && [ -s s.run ] && ok || bad "an interrupted transfer has no checkpoint"
limited="$qstyle transfer $photo $style --quiet --size 320 --memory 64M --checkpoint-every 1 --checkpoint limit.run"
for steps in 3 4; do
    check "the limit with checkpoints" 0 $limited --steps $steps -o limit.png --json
    [ "$(sed 's/.*"peak_bytes":\([0-9]*\).*/\1/' out.txt)" -le 67108864 ] && ok || bad "too much memory: $(cat out.txt)"
done
# Refused: damaged and foreign checkpoints, other settings, fewer steps, bad places, a full disk.
more="$fewer --steps 11 -o result.png --checkpoint"
for end in 0 7 8 71 72 80 1000 100000; do
    head -c $end kept.run >cut.run
    check "checkpoint cut at $end" 1 $more cut.run
    grep -q "cut.run .*delete it to start afresh" err.txt && ok || bad "no advice: $(cat err.txt)"
done
for at in 3 11 20 30 50 68 500 60000; do
    python3 -c "
bytes = bytearray(open('kept.run', 'rb').read())
bytes[$at] ^= 64
open('flipped.run', 'wb').write(bytes)"
    check "checkpoint with byte $at changed" 1 $more flipped.run
done
foreign() {
    what=$1
    shift
    check "checkpoint of another $what" 1 "$@"
    grep -q "other pictures, weights or settings" err.txt && ok || bad "another $what: $(cat err.txt)"
}
foreign size $qstyle transfer "$photo" "$style" --size 50 --init noise --steps 11 -o result.png --checkpoint kept.run
foreign picture $qstyle transfer "$photo" "$photo" --size 48 --init noise --steps 11 -o result.png --checkpoint kept.run
foreign seed $more kept.run --seed 9
foreign precision $more kept.run --precision float32
foreign optimizer $more kept.run --optimizer adam
foreign pooling $more kept.run --pool max
foreign weight $more kept.run --style-weight 41
# A small content has the same result for any --size, and so has the style, but not for any --style-scale.
check "a small content" 0 $qstyle transfer five.png "$style" --quiet --size 60 --steps 1 -o small.png --checkpoint small.run
foreign "size of the style" $qstyle transfer five.png "$style" --quiet --style-scale 0.9 --steps 1 -o result.png --checkpoint small.run
check "checkpoint of more steps" 1 $fewer --steps 10 -o result.png --checkpoint kept.run
check "a picture as checkpoint" 1 $more "$fixtures/photo-rocket.jpg"
check "the content as checkpoint" 64 $more "$photo"
check "a folder as checkpoint" 1 $more .
check "a device as checkpoint" 1 $more /dev/full
check "no folder for the checkpoint" 1 $more no/such/c.run
check "checkpoint over the result" 64 $more result.png
check "an interval without a file" 64 $fewer -o r.png --checkpoint-every 3
sh -c 'trap "" XFSZ; ulimit -f 20; exec "$@"' sh $fewer --steps 12 -o beside.png --checkpoint more.run 2>err.txt
[ $? -eq 1 ] && [ -s beside.png ] && [ "$(wc -l <err.txt)" -eq 2 ] && ok || bad "no space for the checkpoint: $(cat err.txt)"
cmp -s more.run kept.run && [ -z "$(find . -maxdepth 1 -name '.*.qstyle-*')" ] && ok ||
    bad "a refused or failed run changed the checkpoint"
rm -f ./*.run ./*.png
