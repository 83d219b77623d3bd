# Part of Scripts/test-commands: --style-loss.

lossy="$qstyle transfer $photo $style --quiet --json --size 96 --steps 3"
every="--style-loss gram:1,moments:2,histogram:0.5 --colors match --smooth 3"
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
    assert weights == {"gram": 8, "moments": 16, "histogram": 4}, weights
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
check "compare without Gram matrices" 64 $qstyle compare "$photo" "$style" -o never --style-loss moments
[ ! -e never ] && ok || bad "compare without Gram matrices leaves a folder"
plain=$($qstyle plan 90x60 90x60 --json --threads 2 | sed 's/.*"name":"resident-64","peak_bytes":\([0-9]*\).*/\1/')
more=$($qstyle plan 90x60 90x60 --json --threads 2 --style-loss gram+histogram | sed 's/.*"name":"resident-64","peak_bytes":\([0-9]*\).*/\1/')
[ "$more" -gt $((plain + 4000000)) ] && ok || bad "plan counts no histograms: $plain, $more"
rm -f whole.png again.png c.run losses.jsonl
