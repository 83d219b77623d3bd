# Interruption: the step is finished, the picture saved, exit 2.
for signal in INT TERM HUP; do
    stopped $signal stopped.jsonl $qstyle transfer "$photo" "$style" $long -o stopped.png --log stopped.jsonl
    [ $? -eq 2 ] && [ -s stopped.png ] && ok || bad "a transfer, stopped by $signal"
    rm -f stopped.png stopped.jsonl
done
# Signals that are ignored, as under nohup, stay ignored.
for signal in HUP INT; do
    env --ignore-signal=$signal $qstyle transfer "$photo" "$style" --size 48 --steps 300 -o ignored.png --quiet --log ignored.jsonl &
    pid=$!
    until [ -s ignored.jsonl ] || ! kill -0 $pid 2>/dev/null; do sleep 0.01; done
    kill -$signal $pid
    wait $pid
    [ $? -eq 0 ] && [ -s ignored.png ] && ok || bad "an ignored $signal"
    rm -f ignored.png ignored.jsonl
done
# A limit of a file's size is an error of that file.
check "a file above the limit" 1 sh -c "ulimit -f 1; exec $transfer '$photo' '$style' -o result.png"
grep -q "result.png cannot be written: it would be larger than this process may write; raise the limit (ulimit -f)" err.txt &&
    [ -z "$(find . -name '*result*')" ] && ok || bad "ulimit -f: $(cat err.txt)"
