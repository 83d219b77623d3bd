# Bad pictures, outputs, sizes, weights, and wrong words.
# --- Bad pictures ----------------------------------------------------------------------------------
head -c 5000 "$photo" >truncated.png
cp "$style" jpeg.png
echo "hello" >text.png
: >empty.png
printf '\211PNG\r\n\032\n\0\0\0\rIHDR\0\0\352\140\0\0\352\140\010\002\0\0\0\0\0\0\0' >huge.png
mkdir folder.png
cp "$photo" secret.png && chmod 000 secret.png
for picture in truncated.png text.png empty.png huge.png folder.png missing.png; do
    check "content $picture" 1 $transfer $picture "$style" -o result.png
    check "style $picture" 1 $transfer "$photo" $picture -o result.png
done
[ "$(id -u)" -eq 0 ] || check "unreadable picture" 1 $transfer secret.png "$style" -o result.png
check "a JPEG named .png" 0 $transfer jpeg.png "$style" -o result.png
rm -f result.png

# --- Bad outputs and sizes -------------------------------------------------------------------------
check "output folder missing" 1 $transfer "$photo" "$style" -o no/such/folder/result.png
check "output is a folder" 1 $transfer "$photo" "$style" -o folder.png
ln -s /dev/full full.png
check "disk full" 1 $transfer "$photo" "$style" -o full.png
grep -q "full.png cannot be written: no space is left there.*; the picture is $folder/refuge/full.png$" err.txt &&
    [ -s refuge/full.png ] && ok || bad "a result without a place: $(cat err.txt)"
rm -f refuge/full.png
check "small content" 1 $qstyle transfer "$photo" "$style" --size 16 --steps 1 -o result.png
check "a weight that overflows" 64 $transfer "$photo" "$style" --style-weight 1e13 -o result.png
rm -f result.png

# --- Bad weights -------------------------------------------------------------------------------------
for end in 0 1 7 8 9 1000 2000 5000 100000; do
    head -c $end "$weights" >cut.safetensors
    check "weights cut at $end" 1 $transfer "$photo" "$style" --weights cut.safetensors -o result.png
done
# Every 1000th byte of the header and, more coarsely, of the data.
size=$(wc -c <"$weights")
end=1000
while [ $end -lt "$size" ]; do
    head -c $end "$weights" >cut.safetensors
    check "inspect of weights cut at $end" 1 $qstyle inspect cut.safetensors
    [ $end -lt 20000 ] && end=$((end + 1000)) || end=$((end + 999000))
done
printf '\377\377\377\377\377\377\377\177{}' >long.safetensors
check "huge header length" 1 $transfer "$photo" "$style" --weights long.safetensors -o result.png
check "weights are a picture" 1 $transfer "$photo" "$style" --weights "$photo" -o result.png
check "weights are a folder" 1 $transfer "$photo" "$style" --weights folder.png -o result.png
check "weights of the other kind" 1 $transfer "$photo" "$style" --precision int8 \
    --weights "$fixtures/vgg19-reference.safetensors" -o result.png

# --- Wrong usage -----------------------------------------------------------------------------------
check "no command" 64 $qstyle
check "unknown command" 64 $qstyle transfre
check "no output" 64 $qstyle transfer "$photo" "$style"
check "unknown ending" 64 $qstyle transfer "$photo" "$style" -o r.gif
check "unknown option" 64 $qstyle transfer "$photo" "$style" -o r.png --stpes 3
check "bad number" 64 $qstyle transfer "$photo" "$style" -o r.png --steps 3x
check "bad layer" 64 $qstyle transfer "$photo" "$style" -o r.png --style-layers conv9_9
check "preset and option" 64 $qstyle transfer "$photo" "$style" -o r.png --preset article --pool max
check "one picture" 64 $qstyle transfer "$photo" -o r.png
check "bad thread count" 64 $qstyle inspect "$weights" --threads x
check "bad ISA" 64 env QSTYLE_ISA=mmx $qstyle inspect "$weights"
check "help" 0 $qstyle transfer --help
check "version" 0 $qstyle --version
