# Masks and regions, of the photo's 320x213 pixels.

# painted OPTIONS...: the hash of a picture of two steps.
painted() {
    $qstyle transfer "$photo" "$style" "$@" --size 96 --json --threads 2 --steps 2 -o part.png >part.txt 2>err.txt
    hash part.txt
}
# refused NAME CODE SENTENCE OPTIONS...: one line, and nothing is written.
refused() {
    what=$1 code=$2 sentence=$3
    shift 3
    check "$what" "$code" $qstyle transfer "$photo" "$style" "$portrait" --size 96 --steps 2 -o unmade.png --log unmade.jsonl "$@"
    [ ! -e unmade.png ] && [ ! -e unmade.jsonl ] && [ "$(wc -l <err.txt)" -eq 1 ] && grep -qe "$sentence" err.txt && ok ||
        bad "$what: $(cat err.txt)"
}

mask one.png 0 "9"
mask grey.png 0 "0 if x < 150 else 200"
mask index.png 3 "0 if x < 150 else 200"
mask three.png 0 "0 if x < 150 else 100 if y < 90 else 200"
mask soft.png 0 "x // 2"
mask rgb.png 2 "0 if x < 150 else 200"
mask square.png 0 "200" 64 64
mask dot.png 0 "200 if x + y == 0 else 0"
plain=$(painted)
[ ${#plain} -eq 64 ] && [ "$(painted --mask one.png)" = "$plain" ] && ok || bad "a mask of one label changes the picture: $(cat err.txt)"
two=$(painted "$portrait" --mask grey.png)
[ ${#two} -eq 64 ] && [ "$two" != "$plain" ] && [ "$(painted "$portrait" --mask index.png)" = "$two" ] && ok || bad "grey and index: $(cat err.txt)"
[ "$(painted "$portrait" --mask grey.png --region 0=1 --region 200=2 --plan streaming-16-lean)" = "$two" ] && ok || bad "regions by name: $(cat err.txt)"
[ "$(painted "$portrait" --mask grey.png --region 0=2 --region 200=1)" != "$two" ] && ok || bad "--region changes nothing"
[ "$(painted "$portrait" --mask grey.png --region-weights area)" != "$two" ] && ok || bad "--region-weights changes nothing"
kept=$(painted --mask grey.png --region 200=keep)
[ ${#kept} -eq 64 ] && [ "$kept" != "$plain" ] && ok || bad "--region LABEL=keep: $(cat err.txt)"
check "a dry run with regions" 0 $qstyle transfer "$photo" "$style" "$portrait" --mask grey.png --dry-run -o unmade.png
check "a plan with regions" 0 $qstyle plan "$photo" "$style" "$portrait" --mask grey.png
# A run goes on from its checkpoint only with the same mask.
run="$qstyle transfer $photo $style $portrait --size 96 --json --quiet --checkpoint part.run -o part.png"
check "a checkpoint with regions" 0 $run --mask three.png --region 200=keep --steps 1
check "a checkpoint of another mask" 1 $run --mask grey.png --steps 2
check "the same run" 0 $run --mask three.png --region 200=keep --steps 2 && once=$(hash out.txt)
rm -f part.run
check "the same run at once" 0 $run --mask three.png --region 200=keep --steps 2
[ "$(hash out.txt)" = "$once" ] && ok || bad "a resumed run with regions has other bits"
refused "more regions than styles" 1 "three.png has 3 regions (0, 100, 200) and there are 2 styles" --mask three.png
refused "a style without a region" 1 "has no region that style 2 paints" --mask grey.png --region 200=1
refused "a label that is not there" 1 "has no label 7; its labels are 0, 200" --mask grey.png --region 7=1
refused "nothing painted" 1 "has no region that is painted" --mask grey.png --region 0=keep --region 200=keep
refused "an empty region" 1 "has region 200 without a position at conv" --mask dot.png
refused "a mask in colours" 1 "rgb.png is no mask" --mask rgb.png
refused "a JPEG as a mask" 1 "is no mask" --mask "$style"
refused "a mask with smooth edges" 1 "has 160 different levels" --mask soft.png
refused "a mask of another shape" 1 "another shape than the picture's 320x213" --mask square.png
refused "a missing mask" 1 "missing.png cannot be read" --mask missing.png
refused "a style that there is not" 64 "--region 0=3 names the style '3'" --mask grey.png --region 0=3
refused "a region twice" 64 "--region names region 0 twice" --mask grey.png --region 0=1 --region 0=2
refused "a style twice in a region" 64 "names style 1 twice" --mask grey.png --region 0=1+1
refused "a region without a mask" 64 "--region needs regions: --mask LABELS.png" --region 0=1
refused "a style's mask of no style" 64 "does not say of which style" --mask grey.png --style-mask grey.png
refused "a style's mask of another shape" 1 "another shape than the picture's 512x512" --mask grey.png --style-mask 1=grey.png
rm -f one.png grey.png index.png three.png soft.png rgb.png square.png dot.png part.*
