# A result, the same bits for every instruction set and thread count, and words about sizes and memory.
check "transfer" 0 $qstyle transfer "$photo" "$style" --size 61 --steps 3 -o a.png --json --log log.jsonl --save-every 2
first=$(sed 's/.*image_sha256":"\([0-9a-f]*\)".*/\1/' out.txt)
[ ${#first} -eq 64 ] && ok || bad "no image_sha256: $(cat out.txt)"
[ -s a.png ] && [ -s a-000002.png ] && [ "$(wc -l <log.jsonl)" -eq 3 ] && ok || bad "results of --save-every and --log"
for set in $sets; do
    for threads in 1 2 3; do
        [ "$set" = scalar ] && [ $threads -ne 2 ] && continue
        sha=$(QSTYLE_ISA=$set $qstyle transfer "$photo" "$style" --size 61 --steps 3 -o b.png --json --quiet \
            --threads $threads | sed 's/.*image_sha256":"\([0-9a-f]*\)".*/\1/')
        [ "$sha" = "$first" ] && cmp -s a.png b.png && ok || bad "$set with $threads threads: other bits"
    done
done
rm -f a*.png b.png
check "verify int8" 0 $qstyle verify --precision int8 "$fixtures"/golden/*.safetensors
check "inspect" 0 $qstyle inspect --json "$weights"
check "bench" 0 $qstyle bench --size 64x48 --repeats 1 --json
for size in 15x15 16385x16 512X8 99999999999999999999x64 64x 64x48x 64×8 64,8; do
    check "a plan of $size" 64 $qstyle plan $size
    check "a bench of $size" 64 $qstyle bench --size $size
    grep -q "16 to 16384 pixels a side, not '$size'" err.txt && ok || bad "$size: $(cat err.txt)"
done
for size in 512X384 512×384 '512*384'; do check "a plan of $size" 0 $qstyle plan $size --memory 64MiB --json; done
check "memory without a unit" 64 $qstyle plan 64x48 --memory 64
grep -q "write 64M for 64 MiB" err.txt && ok || bad "memory without a unit: $(cat err.txt)"
check "bench of the scalar set" 0 env QSTYLE_ISA=scalar $qstyle bench --size 16x16 --repeats 1 --json
check "jpeg, noise, max pooling, article" 0 $transfer "$photo" "$style" --pool max --init noise -o r.jpg
check "preset" 0 $transfer "$photo" "$style" --preset article -o r.png
rm -f r.*
