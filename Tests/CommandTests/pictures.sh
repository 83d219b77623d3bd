# Colours, kinds of files, ends, sizes. What Pillow and ImageCms make of a file (see
# Tests/ImageIOTests/Fixtures) gives the same result as the file.

pictures=$here/Tests/ImageIOTests/Fixtures
painted="$qstyle transfer --json --threads 2 --size 45 --steps 1 -o p.png"
hash_of() { sed -n 's/.*image_sha256":"\([0-9a-f]*\)".*/\1/p' out.txt; }
for name in p3.jpg prophoto.jpg ycck.jpg lossless.webp profile.webp; do
    check "$name" 0 $painted --quiet "$pictures/$name" "$style"
    found=$(hash_of)
    check "$name as Pillow sees it" 0 $painted --quiet "$pictures/${name%.*}.expected.png" "$style"
    [ -n "$found" ] && [ "$found" = "$(hash_of)" ] && ok || bad "$name gives another result than its colours in sRGB"
done
check "a profile of inks" 0 $painted "$pictures/cmyk-profile.jpg" "$pictures/lossy-alpha.webp"

# Results say that they are sRGB.
check "a JPEG result" 0 $transfer "$photo" "$style" -o p.jpg
grep -aq ICC_PROFILE p.jpg && grep -aq sRGB p.png && ok || bad "a result does not say that it is sRGB"

# A picture without its end is read, and said; in silence only where that was asked for.
head -c -12 "$photo" >endless.png
check "a picture without its end" 0 $qstyle transfer --json --size 48 --steps 1 endless.png "$style" -o p.png
grep -q "^qstyle: warning: endless.png lacks its end" err.txt && ok || bad "no warning: $(cat err.txt)"
check "compare with a picture without its end" 0 $qstyle compare --size 48 --steps 1 --seeds 0 endless.png "$style" -o endless
[ "$(grep -c "^qstyle: warning: endless.png lacks its end" err.txt)" -eq 1 ] && ok || bad "compare: no warning: $(cat err.txt)"
rm -r endless
check "the same in silence" 0 $painted --quiet endless.png "$style"
[ ! -s err.txt ] && ok || bad "--quiet says: $(cat err.txt)"

# Other formats are named, with a command that can be copied.
printf '\0\0\0\030ftypheic' >"a photo.heic"
check "HEIC" 1 $transfer "a photo.heic" "$style" -o result.png
grep -q "is a HEIC picture; convert it: heif-convert 'a photo.heic' 'a photo.jpg'" err.txt && ok || bad "HEIC: $(cat err.txt)"

# What a small picture needs is said, and is enough.
check "a small picture" 1 $transfer "$pictures/orientation-1.jpg" "$style" -o result.png
grep -q "enlarge it with --upscale, and --size 26 or more" err.txt && ok || bad "a small picture: $(cat err.txt)"
check "what it needs" 0 $qstyle transfer --quiet --steps 1 --size 26 --upscale "$pictures/orientation-1.jpg" "$style" -o p.png
check "one pixel less" 1 $qstyle transfer --quiet --steps 1 --size 25 --upscale "$pictures/orientation-1.jpg" "$style" -o result.png
rm -f p.png p.jpg
