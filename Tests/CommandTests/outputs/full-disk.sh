# Every kind of output on a file system of 64 KiB, mounted at `full`.

space="cannot be written: no space is left there"
fill() { rm -rf full/* && head -c "$1" /dev/zero >full/fill; }
# same FILE...: the files have the undisturbed picture.
same() { for file; do cmp -s plain.png "$file" && ok || bad "another picture, or none: $file: $(cat err.txt)"; done; }
# empty: nothing but the filling is left on the disk.
empty() { [ "$(ls -A full)" = fill ] && ok || bad "left on a full disk: $(ls -A full)"; }

fill 60000
$short -o a.png --checkpoint full/a.run --checkpoint-every 2 2>err.txt
failed "a checkpoint on a full disk"
grep -q "^qstyle: full/a.run $space.*; the run goes on$" err.txt &&
    grep -q "^qstyle: the checkpoint full/a.run could not be written; a.png is complete$" err.txt && ok || bad "$(cat err.txt)"
same a.png
empty

fill 65536
$short -o a.png --log full/a.log --json >out.txt 2>err.txt
failed "a log on a full disk"
grep -q "^qstyle: full/a.log $space" err.txt && grep -q '"missing":\["4 lines of full/a.log"\]' out.txt && ok || bad "$(cat err.txt out.txt)"
same a.png
empty
fill 61440
$painted --steps 20 -o a.png --log full/a.log 2>err.txt
failed "a log on a disk that fills"
python3 -c 'import json; lines = [json.loads(l)["step"] for l in open("full/a.log")]; assert lines == list(range(1, len(lines) + 1)) != []' &&
    ok || bad "a log on a full disk has half a line"

fill 65536
$short -o full/a.png --save-every 2 2>err.txt
failed "pictures on a full disk"
grep -q "^qstyle: full/a-000002.png $space" err.txt &&
    grep -q "^qstyle: full/a.png $space.*; the picture is .*refuge/a.png; full/a-000002.png could not be written" err.txt &&
    ok || bad "$(cat err.txt)"
same refuge/a.png
empty
# Beside the checkpoint first, then the temporary folder, then the current one; no other file is touched.
mkdir runs
$short -o full/a.png --checkpoint runs/a.run 2>err.txt
failed "a result beside its checkpoint" 1
same runs/a.png
env TMPDIR="$PWD/nowhere" $short -o full/b.png 2>err.txt
failed "a result in the current folder" 1
same b.png
echo mine >refuge/a.png
$short -o full/a.png 2>err.txt
failed "a result beside another file" 1
same refuge/a-2.png
[ "$(cat refuge/a.png)" = mine ] && ok || bad "a file in the temporary folder was replaced"
rm full/fill && head -c 61440 /dev/zero >full/fill
echo old >full/old.png
$short -o full/old.png 2>err.txt
failed "a result over an old one" 1
[ "$(cat full/old.png)" = old ] && [ "$(ls -A full | wc -l)" -eq 2 ] && ok || bad "an old result is lost"
rm -rf runs b.png a.png refuge/*

# compare: images of a run that have no place end it, and the report's files are all tried.
fill 0
check "compare on a full disk" 1 $qstyle compare "$photo" "$style" --quiet --size 48 --steps 2 --nearby 0 --seeds 0 -o full/report
grep -q "full/report/runs/.*partial $space" err.txt && ok || bad "compare: $(cat err.txt)"
fill 0
mkdir kept
ln -s "$PWD/kept" full/runs
check "compare with its report on a full disk" 1 sh -c "head -c 65536 /dev/zero >full/fill; exec $qstyle compare $photo $style \
    --quiet --size 48 --steps 2 --nearby 0 --seeds 0 -o full"
grep -q "full/report.html $space.*; it is .*refuge/report.html; full/report.json $space.*; it is .*refuge/report.json; full/figures.csv $space.*; it is .*refuge/figures.csv; full/float32.png $space" \
    err.txt && [ -s refuge/report.html ] && [ -s refuge/report.json ] && ok || bad "compare: $(cat err.txt)"
[ -z "$(ls -A full | grep -v -e fill -e runs)" ] && ok || bad "compare left on a full disk: $(ls -A full)"
rm full/fill
check "compare, with space" 0 $qstyle compare "$photo" "$style" --quiet --size 48 --steps 2 --nearby 0 --seeds 0 -o kept/report
rm -rf kept refuge/*

# quantize: weights, and the report beside them.
small="$quantize $fixtures/vgg19-reference.safetensors --quiet"
fill 0
check "quantize on a full disk" 1 $small --to codebook -o full/c.bin
grep -q "^quantize: full/c.bin $space.*; the weights are .*refuge/c.bin$" err.txt && [ -s refuge/c.bin ] && ok || bad "quantize: $(cat err.txt)"
empty
fill 65536
check "quantize --through on a full disk" 1 $quantize refuge/c.bin --through conv1_2 -o full/t.bin
empty
xz -dc "$here/Tests/QuantizeTests/Fixtures/formats/own.safetensors.xz" >own.bin
check "a report on a full disk" 1 $quantize own.bin --quiet --rounding nearest --calibrate plain.png -o q.bin --report full/q.json
grep -q "^quantize: full/q.*$space.*; the report is .*refuge/q.json; q.bin is complete$" err.txt && [ -s q.bin ] &&
    [ -s refuge/q.json ] && [ -s refuge/q.html ] && ok || bad "a report: $(cat err.txt)"
empty
rm -rf own.bin q.bin refuge/*
