# --colors, and recolor.

colored="$qstyle transfer $photo $style --quiet --json --threads 2 --size 96 --steps 4"
check "colours as they are" 0 $colored -o plain.png
plain=$(hash out.txt)
check "--colors style" 0 $colored --colors style -o style.png
[ "$(hash out.txt)" = "$plain" ] && cmp -s plain.png style.png && ok || bad "--colors style is not the default"
for colors in match luma match,luma; do
    check "--colors $colors" 0 $colored --colors $colors -o whole.png
    whole=$(hash out.txt)
    [ ${#whole} -eq 64 ] && [ "$whole" != "$plain" ] && ok || bad "--colors $colors changes nothing"
    cp whole.png "$colors.png"
    for options in "--plan streaming-16-lean --threads 1" "--plan resident-64 --threads 3" "--steps 4 --checkpoint c.run"; do
        rm -f c.run
        case $options in *checkpoint*) check "half of it" 0 $qstyle transfer $photo $style --quiet --size 96 --steps 2 --colors $colors --checkpoint c.run -o half.png ;; esac
        options=${options#--steps 4}
        check "--colors $colors $options" 0 $qstyle transfer $photo $style --quiet --json --size 96 --steps 4 --colors $colors $options -o again.png
        [ "$(hash out.txt)" = "$whole" ] && cmp -s whole.png again.png && ok || bad "--colors $colors $options: other bits"
    done
    check "another choice of colours" 1 $colored --checkpoint c.run -o result.png
    grep -q "c.run" err.txt && ok || bad "another choice of colours: $(cat err.txt)"
done
check "what was clipped" 0 $colored --colors match -o again.png
grep -q '"clipped_shares":\[0\.[0-9e-]*\]' out.txt && ok || bad "no clipped_shares: $(cat out.txt)"
for colors in "" x match,match style,luma luma,; do
    check "--colors '$colors'" 64 $transfer "$photo" "$style" -o result.png --colors "$colors"
done
check "--colors in the article" 64 $transfer "$photo" "$style" -o result.png --preset article --colors luma

# --- recolor: what --colors luma writes, but for the rounding of a picture in between ----------------------
check "recolor" 0 $qstyle recolor plain.png "$photo" -o recolored.png --json
grep -q '"width":96,"height":64' out.txt && [ ! -s err.txt ] && ok || bad "recolor: $(cat out.txt err.txt)"
check "recolor to JPEG" 0 $qstyle recolor plain.png "$photo" -o recolored.jpg --quiet
[ ! -s out.txt ] && ok || bad "--quiet says: $(cat out.txt)"
check "recolor with its own colours" 0 $qstyle recolor plain.png plain.png -o same.png
python3 - plain luma recolored same <<'END' && ok || bad "recolor: $(cat differs.txt)"
import struct, sys, zlib
def pixels(name):
    data = open(name + ".png", "rb").read()
    place, parts, size = 8, b"", None
    while place < len(data):
        length, kind = struct.unpack(">I4s", data[place:place + 8])
        body = data[place + 8:place + 8 + length]
        if kind == b"IHDR": size = struct.unpack(">II", body[:8])
        if kind == b"IDAT": parts += body
        place += 12 + length
    raw, rows, width = zlib.decompress(parts), [], 3 * size[0]
    above = [0] * width
    for y in range(size[1]):
        kind, line = raw[y * (width + 1)], list(raw[y * (width + 1) + 1:(y + 1) * (width + 1)])
        for i in range(width):
            left, up, corner = (line[i - 3] if i > 2 else 0), above[i], (above[i - 3] if i > 2 else 0)
            guess = left + up - corner
            near = min((abs(guess - left), 0, left), (abs(guess - up), 1, up), (abs(guess - corner), 2, corner))[2]
            line[i] = (line[i] + [0, left, up, (left + up) // 2, near][kind]) % 256
        rows.append(line)
        above = line
    return [tuple(row[i:i + 3]) for row in rows for i in range(0, width, 3)]
plain, luma, recolored, same = map(pixels, sys.argv[1:])
y = lambda p: 0.299 * p[0] + 0.587 * p[1] + 0.114 * p[2]
worst = max(abs(a - b) for p, q in zip(luma, recolored) for a, b in zip(p, q))
bright = max(abs(y(p) - y(q)) for p, q in zip(plain, recolored))
still = max(abs(a - b) for p, q in zip(plain, same) for a, b in zip(p, q))
open("differs.txt", "w").write(f"{worst} {bright} {still}")
assert worst <= 2 and bright <= 0.6 and still <= 1
END
check "recolor over its input" 64 $qstyle recolor plain.png "$photo" -o plain.png
ln -s plain.png link.png
check "recolor over its input's link" 64 $qstyle recolor plain.png "$photo" -o link.png
check "recolor from nothing" 1 $qstyle recolor missing.png "$photo" -o result.png
check "recolor with nothing" 1 $qstyle recolor plain.png missing.png -o result.png
check "recolor without -o" 64 $qstyle recolor plain.png "$photo"
check "recolor one picture" 64 $qstyle recolor plain.png -o result.png
check "recolor to a folder that is missing" 1 $qstyle recolor plain.png "$photo" -o missing/result.png
head -c 3000 plain.png >cut.png
check "recolor a picture that is cut off" 1 $qstyle recolor cut.png "$photo" -o result.png
grep -q "^qstyle: cut.png " err.txt && ok || bad "a cut picture: $(cat err.txt)"
check "recolor by a picture that is cut off" 1 $qstyle recolor plain.png cut.png -o result.png
check "recolor by another shape" 0 $qstyle recolor plain.png "$fixtures/photo-portrait.png" -o again.png
grep -q "another shape than plain.png" err.txt && ok || bad "another shape: $(cat err.txt)"
rm -f plain.png style.png match.png luma.png match,luma.png whole.png again.png half.png c.run recolored.* same.png link.png cut.png
