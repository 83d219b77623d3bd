# No work is lost, and nothing is written over.

painted="$qstyle transfer $photo $style --quiet --size 48"
short="$painted --steps 4"

# --- Stopped before the first step: nothing is written ------------------------------------------------
mkfifo pipe.png
echo old >old.png
env --default-signal=INT $qstyle transfer pipe.png "$style" --size 48 -o old.png 2>err.txt &
pid=$!
# The pipe opens once the program waits for it, after it has begun to listen to signals.
exec 3>pipe.png
kill -INT $pid
cat "$photo" >&3
exec 3>&-
wait $pid
[ $? -eq 2 ] && [ "$(cat old.png)" = old ] && grep -q "^stopped before the first step; nothing is written$" err.txt && ok ||
    bad "stopped before the first step: $(cat err.txt)"

# --- Pipes and devices ----------------------------------------------------------------------------------
$short -o plain.png
cat "$photo" >pipe.png &
check "a pipe as content" 0 $qstyle transfer pipe.png "$style" --quiet --size 48 --steps 4 -o piped.png
cmp -s plain.png piped.png && ok || bad "a pipe as content paints another picture"
cat pipe.png >out.png &
check "a pipe as result" 0 $short -o pipe.png
wait
cmp -s plain.png out.png && ok || bad "a pipe as result gets another picture"
cat "$photo" >pipe.png &
check "a pipe in a plan" 0 $qstyle plan pipe.png
wait
check "a pipe and a checkpoint" 64 $qstyle transfer pipe.png "$style" -o piped.png --checkpoint p.run
grep -q "^qstyle: pipe.png is a pipe, which can be read only once" err.txt && ok || bad "a pipe and a checkpoint: $(cat err.txt)"
check "a pipe twice" 64 $qstyle transfer pipe.png pipe.png -o piped.png
check "a pipe in compare" 64 $qstyle compare pipe.png "$style" -o report
check "a pipe in quantize" 64 $quantize c.bin --calibrate pipe.png -o q.bin
# Ctrl-C while nobody writes to the pipe.
rm piped.png
env --default-signal=INT $qstyle transfer pipe.png "$style" -o piped.png 2>err.txt &
pid=$!
sleep 0.5
kill -INT $pid
wait $pid
[ $? -eq 2 ] && [ ! -e piped.png ] && grep -q "^stopped before the first step" err.txt && ok || bad "a pipe without a writer: $(cat err.txt)"
check "--log on standard output" 0 $short -o plain.png --log -
[ "$(wc -l <out.txt)" -eq 4 ] && ok || bad "--log -: $(cat out.txt)"
check "--log and --json on standard output" 64 $short -o plain.png --log - --json
check "-o -" 64 $short -o -
check "content -" 64 $qstyle transfer - "$style" -o plain.png
rm -f pipe.png piped.png

# --- An input, or another output, by any name --------------------------------------------------------
cp "$photo" own.png
cp "$style" own.jpg
ln own.png hard.png
ln -s own.png soft.png
ln -s nowhere.png dangling.png
mkdir sub report
cp own.png report/int8.png
sha256sum own.png own.jpg report/int8.png >own.sums
refused() {
    name=$1
    shift
    check "$name" 64 "$@"
    grep -q "would be written over" err.txt && ok || bad "$name: $(cat err.txt)"
}
own="$qstyle transfer own.png own.jpg --quiet --size 48 --steps 4"
for path in own.png ./own.png sub/../own.png hard.png soft.png own.jpg; do
    refused "-o over an input: $path" $own -o $path
    refused "--log over an input: $path" $own -o r.png --log $path
    refused "--checkpoint over an input: $path" $own -o r.png --checkpoint $path
done
refused "-o over --init" $qstyle transfer "$photo" "$style" --init own.png -o own.png
refused "-o over the weights" $own --weights "$weights" --log "$weights" -o r.png
cp own.png r-000002.png
refused "a picture of --save-every over an input" $qstyle transfer r-000002.png own.jpg --size 48 --steps 4 -o r.png --save-every 2
refused "--log over -o" $own -o r.png --log ./r.png
refused "--log over -o, both missing, by a link" $own -o dangling.png --log nowhere.png
refused "--log over --checkpoint" $own -o r.png --log a.run --checkpoint "$PWD/a.run"
refused "compare over its content" $qstyle compare report/int8.png own.jpg -o report
refused "quantize over its source" $quantize own.png -o own.png --to float32
refused "quantize over a picture" $quantize c.bin --calibrate own.png -o hard.png
refused "the report over its source" $quantize own.png --calibrate own.jpg -o q.bin --report sub/r.json --pair sub/r.html,own.jpg
refused "the report over the weights" $quantize c.bin --calibrate own.jpg -o r.json --report r.json
sha256sum --quiet -c own.sums 2>/dev/null && ok || bad "an input was written over"
check "a missing folder for --log" 1 $own -o r.png --log no/such
check "a missing folder of quantize" 1 $quantize "$fixtures/vgg19-reference.safetensors" --calibrate own.png -o no/such
[ ! -e r.png ] && [ ! -e r.json ] && ok || bad "a refused run left a file"
rm -rf own.* hard.png soft.png dangling.png sub report

# --- The log is appended to -----------------------------------------------------------------------------
steps() { sed 's/{"step":\([0-9]*\),.*/\1/' "$1" | tr '\n' ' '; }
printf 'mine' >a.log
check "the first log" 0 $short -o a.png --log a.log
check "the second log" 0 $painted --steps 2 -o a.png --log a.log
[ "$(steps a.log)" = "mine 1 2 3 4 1 2 " ] && ok || bad "--log loses lines: $(steps a.log)"
# A run with a checkpoint goes on in the log behind other runs' lines, once for each step.
check "a log and a checkpoint" 0 $painted --steps 3 -o a.png --log a.log --checkpoint a.run
printf '{"step":7,"run":"f' >>a.log
check "another run's line" 0 $painted --steps 2 -o a.png --log a.log
check "goes on" 0 $painted --steps 5 -o a.png --log a.log --checkpoint a.run
[ "$(steps a.log)" = "mine 1 2 3 4 1 2 1 2 3 1 2 4 5 " ] && ok || bad "a log with a checkpoint: $(steps a.log)"
rm -f a.*

# --- Two programs, one file ------------------------------------------------------------------------------
$painted --steps 100000 -o one.png --log one.log --checkpoint one.run --checkpoint-every 1 &
pid=$!
until [ -s one.run ] || ! kill -0 $pid 2>/dev/null; do sleep 0.01; done
ln -s one.run two.run
for files in "-o one.png" "-o two.png --log ./one.log" "-o two.png --checkpoint one.run" "-o two.png --checkpoint two.run"; do
    check "two programs: $files" 1 $short $files
    grep -q "is being written by another program" err.txt && ok || bad "$files: $(cat err.txt)"
done
kill -KILL $pid
wait $pid 2>/dev/null
step=$(tail -n 1 one.log | sed 's/{"step":\([0-9]*\),.*/\1/')
check "after a kill" 0 $painted --steps $((step + 2)) -o one.png --log one.log --checkpoint one.run
[ -z "$(find . -maxdepth 1 -name '.?*')" ] && ok || bad "files are left: $(ls -A)"
rm -f one.* two.*

# --- An output beside the result that fails --------------------------------------------------------------
# failed NAME: the last command ended with 1, with a line of the first failure and one at the end.
failed() {
    [ $? -eq 1 ] && [ "$(wc -l <err.txt)" -eq "${2:-2}" ] && ok || bad "$1: $(cat err.txt)"
}
$short -o a.png --log /dev/full 2>err.txt
failed "a log on a full device"
cmp -s plain.png a.png && grep -q "^qstyle: 4 lines of /dev/full could not be written; a.png is complete$" err.txt && ok ||
    bad "a full device: $(cat err.txt)"
mkdir full
if mount -t tmpfs -o size=64k none full 2>/dev/null; then
    . "$here/Tests/CommandTests/outputs/full-disk.sh"
    umount full
else
    echo "skipped: a file system of 64 KiB (mount is not permitted)"
fi
rm -rf full a.png plain.png old.png out.png
