# Many pictures by one command, and by several programs that share them.

mkdir photos
cp "$photo" photos/chelsea.png
cp "$fixtures/photo-rocket.jpg" photos/rocket.jpg
cp "$fixtures/photo-portrait.png" photos/portrait.png
small="--quiet --threads 2 --size 48 --steps 2"
batch="$qstyle batch --style $style $small"
# lines FILE: the jobs of a batch without their times.
lines() { sed 's/done in .*/done/' "$1"; }

# --- A folder: the bits of transfer, once ------------------------------------------------------------
echo hello >photos/notes.txt
: >photos/empty.png
cp "$photo" photos/.hidden.png
mkdir photos/folder.png
check "batch: dry run" 0 $batch photos -o painted --dry-run --json
[ "$(grep -c '"status":"planned".*"predicted_peak_bytes"' out.txt)" -eq 3 ] && [ ! -e painted ] && ok || bad "a dry run of a batch: $(cat out.txt)"
check "batch" 0 $qstyle batch photos --style "$style" -o painted --threads 2 --size 48 --steps 2
lines out.txt >said.txt
[ "$(cat said.txt)" = "1 of 3  chelsea.png -> chelsea.png  done
2 of 3  portrait.png -> portrait.png  done
3 of 3  rocket.jpg -> rocket.png  done
3 of 3 pictures done" ] && [ ! -s err.txt ] && ok || bad "the lines of a batch: $(cat out.txt err.txt)"
for name in chelsea.png portrait.png rocket.jpg; do
    $qstyle transfer photos/$name "$style" $small -o alone.png
    cmp -s alone.png painted/${name%.*}.png && ok || bad "a batch paints another $name than transfer"
done
[ "$(ls painted/.qstyle-batch)" = "$(printf '%s.png.json\n' chelsea portrait rocket)" ] && ok ||
    bad "files of a batch that are left: $(ls painted/.qstyle-batch)"
touch before
check "batch again" 0 $batch photos -o painted --json
[ "$(grep -c '"status":"skipped"' out.txt)" -eq 3 ] && [ -z "$(find painted -newer before -type f)" ] &&
    [ "$(tail -n 1 out.txt)" = '{"jobs":3,"done":0,"skipped":3,"elsewhere":0,"failed":0,"left":0}' ] && ok ||
    bad "finished pictures were painted again: $(cat out.txt)"
# From other things it is another picture; from others in ways that change no bit it is the same.
check "batch with other threads" 0 $qstyle batch photos --style "$style" --quiet --threads 1 --plan streaming-16-lean --size 48 --steps 2 -o painted --json
[ "$(grep -c '"status":"skipped"' out.txt)" -eq 3 ] && ok || bad "threads and plans paint again: $(cat out.txt)"
cp "$style" photos/portrait.png
rm painted/rocket.png
check "batch: one photo changed, one result removed" 0 $batch photos -o painted --json
[ "$(sed -n 's/.*"status":"\([a-z]*\)".*/\1/p' out.txt | tr '\n' ' ')" = "skipped done done " ] && ok || bad "a changed photo: $(cat out.txt)"
for more in "--steps 3" "--steps 2 --style-weight 2" "--steps 2 --style $photo" "--steps 2 --stop-when 0.5/1" "--steps 2 --format jpg"; do
    cp -r painted other
    check "batch: $more" 0 $qstyle batch photos --style "$style" --quiet --threads 2 --size 48 $more -o other --json
    [ "$(grep -c '"status":"done"' out.txt)" -eq 3 ] && ok || bad "batch: $more paints nothing: $(cat out.txt)"
    rm -r other
done

# --- What is not its own is not written over -----------------------------------------------------------
cp "$photo" painted/rocket.png
cp painted/rocket.png own.png
mkdir named && cp own.png named/chelsea.png
for folder_ in painted named; do
    $batch photos -o $folder_ --json >out.txt 2>err.txt
    [ $? -eq 1 ] && [ "$(grep -c '"status":"failed"' out.txt)" -eq 1 ] && ok || bad "a foreign result in $folder_: $(cat out.txt err.txt)"
done
grep -q "named/chelsea.png is no result of a batch; move it away, or paint over it with --force" out.txt &&
    cmp -s own.png painted/rocket.png && cmp -s own.png named/chelsea.png && ok || bad "a foreign result: $(cat out.txt)"
check "batch --force" 0 $batch photos -o named --force
cmp -s named/chelsea.png painted/chelsea.png && ok || bad "--force paints another picture"
mv photos/chelsea.png photos/chelsea.jpg
$batch photos -o named --style-weight 2 >out.txt 2>err.txt
[ $? -eq 1 ] && grep -q "named/chelsea.png is the result of chelsea.png;" err.txt && ok || bad "the result of another photo: $(cat err.txt)"
cp photos/chelsea.jpg photos/chelsea.png
check "batch: two photos with one result" 64 $batch photos -o result
grep -q "the result of chelsea.png would be written over that of chelsea.jpg: result/chelsea.png" err.txt && [ ! -e result ] &&
    ok || bad "two photos with one result: $(cat err.txt)"
rm -r photos/chelsea.jpg named own.png

# --- A picture that fails is no end ---------------------------------------------------------------------
head -c 5000 "$photo" >photos/broken.png
head -c 100 "$photo" >photos/short.png
printf '\211PNG\r\n\032\n\0\0\0\rIHDR\0\0\352\140\0\0\352\140\010\002\0\0\0\0\0\0\0' >photos/huge.png
printf 'II*\0' >photos/scan.tiff
$qstyle batch photos --style "$style" --threads 2 --size 48 --steps 2 -o failing >out.txt 2>err.txt
[ $? -eq 1 ] && [ "$(tail -n 1 out.txt)" = "3 of 6 pictures done, 3 failed" ] && [ "$(ls failing)" = "$(ls painted)" ] &&
    grep -q "1 of 6  broken.png -> broken.png  failed: photos/broken.png is cut off" out.txt &&
    grep -q "warning: photos/scan.tiff is" err.txt && [ "$(tail -n 1 err.txt)" = "qstyle: 3 of 6 pictures failed; the same command tries them again, and skips what is done" ] &&
    [ "$(ls failing/.qstyle-batch | wc -l)" -eq 3 ] && ok || bad "a batch with broken pictures: $(cat out.txt err.txt)"
rm -r failing photos/broken.png photos/short.png photos/huge.png photos/scan.tiff
$batch photos -o failing --memory 20M >out.txt 2>err.txt
[ $? -eq 1 ] && [ "$(wc -l <err.txt)" -eq 4 ] && [ -z "$(ls failing)" ] && ok || bad "too little memory for a batch: $(cat err.txt)"
rm -r failing

# --- Stopped and killed: the same command goes on to the same bits --------------------------------------
cp -r photos two && rm two/chelsea.png
slow="$qstyle batch two --style $style --quiet --threads 2 --size 64 --steps 40 --checkpoint-every 1 -o on"
for name in portrait rocket; do $qstyle transfer two/$name.* "$style" --quiet --size 64 --steps 40 -o whole-$name.png; done
killed on/.qstyle-batch/portrait.png.run $slow
[ ! -e on/portrait.png ] && ok || bad "a killed batch left a picture"
stopped TERM on/.qstyle-batch/rocket.png.run $slow --json >out.txt
[ $? -eq 2 ] && [ -s on/portrait.png ] && [ ! -e on/rocket.png ] && grep -q '"resumed_at":[1-9]' out.txt &&
    [ "$(tail -n 1 out.txt)" = '{"jobs":2,"done":1,"skipped":0,"elsewhere":0,"failed":0,"left":1}' ] && ok ||
    bad "a stopped batch: $(cat out.txt)"
check "a stopped batch goes on" 0 $slow --json
grep -q '"resumed_at":[1-9]' out.txt && cmp -s on/portrait.png whole-portrait.png && cmp -s on/rocket.png whole-rocket.png &&
    [ -z "$(ls -A on on/.qstyle-batch | grep -E 'run|part|lock')" ] && ok || bad "a stopped batch has other bits: $(cat out.txt)"
# Killed between the result and its record: it is made again. With other settings the checkpoint is no beginning.
sed -i 's/,"sha256.*/}/' on/.qstyle-batch/portrait.png.json
check "a result without its record's end" 0 $slow --json
[ "$(grep -c '"status":"done"' out.txt)" -eq 1 ] && cmp -s on/portrait.png whole-portrait.png && ok || bad "a record that was not finished: $(cat out.txt)"
rm on/portrait.png
killed on/.qstyle-batch/portrait.png.run $slow
check "other settings after a kill" 0 $slow --seed 2 --init noise
$qstyle transfer two/portrait.png "$style" --quiet --size 64 --steps 40 --seed 2 --init noise -o alone.png
cmp -s alone.png on/portrait.png && ok || bad "other settings after a kill"
rm -r on whole-*.png

# --- Several programs share a folder: each picture is painted once ----------------------------------------
mkdir many
last=$(printf '6\377')
for name in 1 2 3 4 5 "$last"; do cp photos/rocket.jpg "many/$name.jpg"; done
share="$qstyle batch many --style $style --threads 1 --size 64 --steps 12 -o shared"
$share >one.txt 2>one.err &
one=$!
$share >two.txt 2>two.err &
$share >three.txt 2>three.err
third=$?
wait $one && wait $! && [ $third -eq 0 ] && ok || bad "programs that share a folder: $(cat one.err two.err three.err)"
[ "$(cat one.txt two.txt three.txt | grep -c '  done in')" -eq 6 ] && ok || bad "pictures were painted twice: $(cat one.txt two.txt three.txt)"
$qstyle transfer many/1.jpg "$style" --quiet --size 64 --steps 12 -o alone.png
for name in 1 2 3 4 5 "$last"; do cmp -s alone.png "shared/$name.png" || bad "shared pictures have other bits: $name"; done
# A picture that another program has is waited for, and painted where that is killed.
rm shared/1.png
$qstyle batch many --style "$style" --quiet --threads 1 --size 64 --steps 12 -o shared --memory 1G --style-weight 2 >/dev/null &
pid=$!
until [ -e shared/.1.png.qstyle-lock ] || ! kill -0 $pid 2>/dev/null; do sleep 0.01; done
kill -STOP $pid
$share >one.txt 2>one.err &
one=$!
until grep -q "^waiting for 1 picture that other programs paint$" one.err || ! kill -0 $one 2>/dev/null; do sleep 0.05; done
kill -KILL $pid
wait $pid 2>/dev/null
wait $one && [ "$(tail -n 1 one.txt)" = "1 of 6 pictures done, 5 skipped (done before)" ] && cmp -s alone.png shared/1.png && ok ||
    bad "a picture of another program: $(cat one.txt one.err)"
rm -r many shared one.* two.txt two.err three.*

# --- Pictures that come later -----------------------------------------------------------------------------
: >watch.txt
env --default-signal=TERM $qstyle batch two --style "$style" --threads 2 --size 48 --steps 2 -o watched --watch --watch-every 1 >watch.txt 2>watch.err &
pid=$!
# said NUMBER: waits for so many lines of it.
said() { until [ "$(wc -l <watch.txt)" -ge "$1" ] || ! kill -0 $pid 2>/dev/null; do sleep 0.05; done; }
said 2
head -c 3000 "$photo" >two/late.png
echo notes >two/late.txt
sleep 0.5
cat "$photo" >two/late.png
cp "$style" two/last.jpg
cp "$style" two/rocket.png
said 5
kill -TERM $pid
wait $pid
code=$?
[ $code -eq 0 ] && cmp -s watched/late.png painted/chelsea.png && [ -s watched/last.png ] && [ "$(lines watch.txt | tail -n 4)" = "3 of 5  last.jpg -> last.png  done
4 of 5  late.png -> late.png  done
5 of 5  rocket.png -> rocket.png  failed: the result of rocket.png would be written over that of rocket.jpg: watched/rocket.png; give one another name
4 of 5 pictures done, 1 failed" ] && ok || bad "a watched folder ($code): $(cat watch.txt watch.err)"
rm -r two watched watch.*

# --- A file of jobs -----------------------------------------------------------------------------------------
mkdir made
cat >jobs.jsonl <<END
{"content": "photos/chelsea.png", "output": "a.png"}

{"content": "photos/rocket.jpg", "style": ["$photo:2", "$style"], "output": "b.jpg", "size": 61, "steps": "3", "style-scale": [1, 0.5]}
{"content": "photos/chelsea.png", "style": "$photo", "init": "noise", "seed": 7, "upscale": true, "optimizer": "adam", "learning-rate": 2.5}
END
check "jobs" 0 $batch jobs.jsonl -o made
$qstyle transfer photos/rocket.jpg "$photo:2" "$style" $small --quiet -o alone.jpg --json >/dev/null
cmp -s made/a.png painted/chelsea.png && ok || bad "the first job has other bits"
$qstyle transfer photos/rocket.jpg "$photo:2" "$style" --quiet --size 61 --steps 3 --style-scale 1,0.5 -o alone.jpg
cmp -s made/b.jpg alone.jpg && ok || bad "the second job has other bits"
$qstyle transfer photos/chelsea.png "$photo" $small --init noise --seed 7 --upscale --optimizer adam --learning-rate 2.5 -o alone.png
cmp -s made/chelsea.png alone.png && ok || bad "the third job has other bits"
check "jobs from standard input" 0 sh -c "sed 's,\"a.png\",\"$PWD/made/c.png\",' jobs.jsonl | $batch - -o made --json"
[ "$(sed -n 's/.*"status":"\([a-z]*\)".*/\1/p' out.txt | tr '\n' ' ')" = "done skipped skipped " ] && cmp -s made/c.png made/a.png && ok || bad "jobs from standard input: $(cat out.txt)"
# wrong SENTENCE JSON: a second line that is refused before anything is painted.
wrong() {
    printf '{"content": "photos/chelsea.png", "output": "d.png"}\n%s\n' "$2" >wrong.jsonl
    check "jobs: $2" 64 $batch wrong.jsonl
    grep -qF "line 2 of wrong.jsonl: $1" err.txt && [ ! -e d.png ] && ok || bad "jobs: $2: $(cat err.txt)"
}
wrong "at column 1 an object is missing" "hello"
wrong "at column 13 the text's closing quote is missing" '{"content":"'
wrong "at column 10 'stpes' is no option of a line; did you mean \"steps\"?" '{"stpes":1}'
wrong "at column 10 'quiet' is no option of a line" '{"quiet":true}'
wrong "at column 12 'dry-run' is no option of a line" '{"dry-run":true}'
wrong "at column 10 \"steps\" is a text, a number or a list of them" '{"steps":true}'
wrong "\"content\" is missing: the picture to paint" '{"output":"e.png"}'
wrong "\"output\" is missing: the picture to write, or -o DIR for all of them" '{"content":"photos/rocket.jpg"}'
wrong "--steps is a whole number" '{"content":"photos/rocket.jpg","output":"e.png","steps":-3}'
wrong "'e.gif' ends neither in .png nor in .jpg" '{"content":"photos/rocket.jpg","output":"e.gif"}'
wrong "there is no style: name a painting with --style FILE" '{"content":"photos/rocket.jpg","output":"e.png","style":[]}'
two_jobs() { printf '{"content": "photos/chelsea.png", "output": "%s"}\n{"content": "photos/rocket.jpg", "output": "%s"}\n' "$1" "$2" >wrong.jsonl; }
mkdir sub
for name in d.png ./d.png sub/../d.png; do
    two_jobs d.png $name
    check "jobs: one result twice" 64 $batch wrong.jsonl
    grep -q "the result of line 2 would be written over " err.txt && [ ! -e d.png ] && ok || bad "jobs: $name twice: $(cat err.txt)"
done
cp photos/rocket.jpg own.jpg
two_jobs d.png own.jpg
sed -i s,photos/chelsea.png,own.jpg, wrong.jsonl
check "jobs: a result over another's photo" 64 $batch wrong.jsonl
two_jobs d.png "$PWD/style.jpg"
cp "$style" style.jpg
check "jobs: a result over the style" 64 $qstyle batch wrong.jsonl --style style.jpg $small
cmp -s style.jpg "$style" && cmp -s own.jpg photos/rocket.jpg && [ ! -e d.png ] && ok || bad "a job has written over an input"
: >wrong.jsonl
check "jobs: none" 64 $batch wrong.jsonl
check "jobs: a missing file" 1 $batch no-such.jsonl -o made
check "jobs: a picture" 64 $batch "$photo" -o made
head -c 17000000 /dev/zero >wrong.jsonl
check "jobs: too many" 1 $batch wrong.jsonl
check "jobs and --watch" 64 $batch jobs.jsonl -o made --watch

# --- Wrong usage ------------------------------------------------------------------------------------------
check "batch: no style" 64 $qstyle batch photos -o result
check "batch: no folder for results" 64 $batch photos
check "batch: results among the photos" 64 $batch photos -o ./photos/
check "batch: a bad option" 64 $batch photos -o result --steps 0
check "batch: a pace without --watch" 64 $batch photos -o result --watch-every 3
check "batch: results in a file" 1 $batch photos -o style.jpg
check "batch: results in a missing folder" 1 $batch photos -o no/such
[ ! -e result ] && ok || bad "a refused batch made a folder"
rm -rf photos painted made sub jobs.jsonl wrong.jsonl alone.* own.jpg style.jpg before said.txt
