# Names are bytes, whatever they mean as text.

e8=$(printf '\350')
e9=$(printf '\351')
cp "$photo" "photo$e9.png"
cp "$style" "style$e9.jpg"
cp "$weights" "weights$e9"
cp "$fixtures/vgg19-reference.safetensors" "reference$e9"
named="$qstyle transfer photo$e9.png style$e9.jpg --quiet --size 48 --steps 2"
check "a name that is no text" 0 $named --json --weights "weights$e9" --init "photo$e9.png" --save-every 1 --log "log$e9" \
    --checkpoint "check$e9" -o "result$e9.png"
grep -q '"output":"result\\\\xE9.png"' out.txt && ok || bad "a name in JSON: $(cat out.txt)"
check "another name" 0 $named -o "result$e8.png" --optimizer adam
check "QSTYLE_WEIGHTS" 0 env QSTYLE_WEIGHTS="weights$e9" $named -o "again$e9.png"
cmp -s "result$e9.png" "again$e9.png" && ! cmp -s "result$e8.png" "again$e9.png" && ok || bad "two names are one file"
for file in "result$e9-000001.png" "result$e8.png" "log$e9" "check$e9"; do
    [ -s "$file" ] && ok || bad "no file of bytes: $file"
done
[ "$(find . -maxdepth 1 -name 'result*' | wc -l)" -eq 3 ] && ok || bad "other files than were named: $(ls)"
rm -f result* again*
check "a name that is not there" 1 $qstyle transfer "photo$e8.png" "$style" -o result.png
grep -q '^qstyle: photo\\xE8.png cannot be read' err.txt && ok || bad "a name in a message: $(cat err.txt)"
check "plan" 0 $qstyle plan "photo$e9.png"
check "inspect" 0 $qstyle inspect "weights$e9"
mkdir "data$e9" "data$e9/qstyle"
cp "weights$e9" "data$e9/qstyle/vgg19-int8.safetensors"
cp "$qstyle" "data$e9/qstyle/qstyle$e9"
alone="env -u QSTYLE_WEIGHTS -u XDG_DATA_HOME HOME=$folder/nowhere"
found="data$e9/qstyle/qstyle$e9 transfer photo$e9.png $style --quiet --size 48 --steps 1 -o data$e9/result.png"
check "weights beside the program" 0 $alone $found
mv "data$e9/qstyle/qstyle$e9" "qstyle$e9"
check "weights in the data folder" 0 $alone XDG_DATA_HOME="data$e9" ./qstyle$e9 ${found#* }
check "verify" 1 $qstyle verify "photo$e9.png"
grep -q '^qstyle: photo\\xE9.png ' err.txt && ok || bad "verify: $(cat err.txt)"
check "compare" 0 $qstyle compare "photo$e9.png" "style$e9.jpg" --quiet --size 48 --steps 2 --nearby 0 --seeds 0 -o "report$e9" \
    --reference "reference$e9"
[ -s "report$e9/report.html" ] && grep -q '"content":"photo\\\\xE9.png"' "report$e9/report.json" && ok || bad "compare"
mkdir "cut$e9"
check "quantize" 0 $quantize "reference$e9" --to codebook -o "cut$e9/code$e9"
xz -dc "$here/Tests/QuantizeTests/Fixtures/formats/keras1-notop.h5.xz" >"keras$e9"
check "quantize, in a child process" 0 $quantize "keras$e9" --calibrate "photo$e9.png" --rounding nearest -o "cut$e9/keras$e9" \
    --report "cut$e9/r$e9.json" --pair "photo$e9.png,style$e9.jpg" --pair-size 32 --pair-pool avg
[ -s "cut$e9/code$e9" ] && [ -s "cut$e9/r$e9.html" ] && ok || bad "quantize: $(ls "cut$e9")"
rm -rf ./*"$e9"*
