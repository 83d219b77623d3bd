# --style-loss.

lossy="$qstyle transfer $photo $style --quiet --json --size 96 --steps 3"
every="--style-loss gram:1,moments:2,histogram:0.5 --colors match --smooth 3 --style-weight 40"
check "every style loss" 0 $lossy $every -o whole.png --log losses.jsonl
whole=$(hash out.txt)
python3 - out.txt losses.jsonl <<'END' && ok || bad "terms of style losses: $(cat out.txt)"
import json, math, sys
for text in [open(sys.argv[1]).read(), *open(sys.argv[2])]:
    run = json.loads(text)
    terms = run["terms"]
    assert [term["name"] for term in terms] == ["content"] + ["gram"] * 5 + ["moments"] * 5 + ["histogram"] * 5 + ["total_variation"]
    style = [term for term in terms if term["name"] in ("gram", "moments", "histogram")]
    weights = {term["name"]: term["weight"] for term in style if term["layer"] == "conv1_1"}
    gram = weights["gram"]
    assert gram > 0 and weights == {"gram": gram, "moments": 2 * gram, "histogram": gram / 2}, weights
    assert math.isclose(sum(term["value"] * term["weight"] for term in style) / 40, run["style"], rel_tol=1e-9)
END
check "the same, otherwise planned" 0 $lossy $every -o again.png --plan streaming-16-lean --threads 1
[ "$(hash out.txt)" = "$whole" ] && cmp -s whole.png again.png && ok || bad "style losses: other bits with another plan"
check "gram alone" 0 $lossy --style-loss gram -o again.png
gram=$(hash out.txt)
check "no --style-loss" 0 $lossy -o again.png
[ "$(hash out.txt)" = "$gram" ] && [ "$gram" != "$whole" ] && ok || bad "--style-loss gram is not the default"
check "an early end" 0 $qstyle transfer $photo $style --quiet --size 96 --steps 1 $every --checkpoint c.run -o again.png
check "another style loss" 1 $lossy --style-loss gram+moments --checkpoint c.run -o result.png
check "goes on" 0 $lossy $every --checkpoint c.run -o again.png
[ "$(hash out.txt)" = "$whole" ] && ok || bad "style losses: other bits after a checkpoint"
for loss in "" gram, grams gram:0 gram:x moments,moments; do
    check "--style-loss '$loss'" 64 $transfer "$photo" "$style" -o result.png --style-loss "$loss"
done
check "--style-loss in the article" 64 $transfer "$photo" "$style" -o result.png --preset article --style-loss moments
check "a saved style without Gram matrices" 64 $transfer "$photo" "$style" -o result.png --style-loss moments --save-style never
check "a saved style in other colours" 64 $transfer "$photo" "$style" -o result.png --colors match --save-style never
check "compare without Gram matrices" 64 $qstyle compare "$photo" "$style" -o never --style-loss moments
[ ! -e never ] && ok || bad "compare without Gram matrices leaves a folder"
plain=$($qstyle plan 90x60 90x60 --json --threads 2 | sed 's/.*"name":"resident-64","peak_bytes":\([0-9]*\).*/\1/')
more=$($qstyle plan 90x60 90x60 --json --threads 2 --style-loss gram+histogram | sed 's/.*"name":"resident-64","peak_bytes":\([0-9]*\).*/\1/')
[ "$more" -gt $((plain + 4000000)) ] && ok || bad "plan counts no histograms: $plain, $more"

# --- Everything at once: the same bits however it runs, also killed and resumed, in the memory that was predicted ---------
mask losses-mask.png 0 "10 if x < 120 else 20 if x < 240 else 30"
rich="$photo $style $portrait --mask losses-mask.png --region 10=1 --region 20=2 --region 30=keep --colors match --smooth 3"
rich="$qstyle transfer $rich --style-loss gram:1,moments:0.5,histogram:0.5 --quiet --json"
# same WHAT COMMAND...: paints whole.png again.
same() {
    what="everything at once, $1"
    shift
    check "$what" 0 "$@" -o again.png
    [ "$(hash out.txt)" = "$whole" ] && cmp -s whole.png again.png && ok || bad "$what: other bits"
}
# at_once ARGUMENTS...: paints whole.png, with other threads and plans, and after a kill.
at_once() {
    check "everything at once" 0 $rich "$@" --threads 2 -o whole.png
    whole=$(hash out.txt)
    [ ${#whole} -eq 64 ] && ok || bad "everything at once: no hash"
    for options in "--threads 1" "--threads 3 --plan resident-16" "--threads 2 --plan streaming-16-lean" "--threads 2 --plan keep-conv3_1-32"; do
        same "$options" $rich "$@" $options
    done
    rm -f c.run
    killed c.run $rich "$@" --threads 2 --checkpoint c.run --checkpoint-every 2 -o again.png
    same resumed $rich "$@" --threads 1 --plan streaming-16-lean --checkpoint c.run
    grep -q '"resumed_at":[1-9]' out.txt && ok || bad "everything at once is not resumed: $(cat out.txt)"
}
at_once --size 96 --steps 8
for set in $sets; do
    [ $set = scalar ] || same $set env QSTYLE_ISA=$set $rich --size 96 --steps 8 --threads 2
done
at_once --precision float32 --size 48 --steps 12
# The scalar set is slow.
for precision in int8 float32; do
    little="$rich --size 32 --steps 1 --style-layers conv1_1,conv2_1,conv3_1 --precision $precision --threads 2"
    check "little of it" 0 $little -o whole.png
    whole=$(hash out.txt)
    same "$precision, scalar" env QSTYLE_ISA=scalar $little
done
check "everything at once, dry run" 0 $rich --size 96 --steps 2 --threads 2 --dry-run -o unmade.png
cp out.txt dry.txt
check "everything at once, its memory" 0 $rich --size 96 --steps 2 --threads 2 -o again.png
python3 - dry.txt out.txt <<'END' && ok || bad "everything at once: $(cat dry.txt out.txt)"
import json, sys
dry, run = [json.load(open(name)) for name in sys.argv[1:]]
assert run["peak_bytes"] <= dry["predicted_peak_bytes"] < 1.06 * run["peak_bytes"], (dry, run)
END
rm -f whole.png again.png c.run losses.jsonl losses-mask.png dry.txt
