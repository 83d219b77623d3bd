# The service, its queue and its page.

tests=$here/Tests/ServiceTests
export PYTHONDONTWRITEBYTECODE=1
# service NAME SCRIPT WORD...: a script of Tests/ServiceTests in a folder of its own; its last lines are figures.
service() {
    name=$1
    script=$2
    shift 2
    mkdir -p "serve-$script"
    if python3 "$tests/$script.py" $qstyle "$fixtures" "serve-$script" "$@" >out.txt 2>err.txt; then
        ok
        cat out.txt
    else
        bad "$name: $(cat out.txt; tail -n 12 err.txt)"
    fi
    rm -rf "serve-$script"
}

# --- The command line -----------------------------------------------------------------------------------
check "serve: no address" 64 $qstyle serve --listen localhost --data served
check "serve: no port" 64 $qstyle serve --listen 127.0.0.1 --data served
check "serve: no such port" 64 $qstyle serve --listen 127.0.0.1:70000 --data served
check "serve: a picture" 64 $qstyle serve "$photo" --data served
for address in 0.0.0.0:0 192.0.2.1:8080 "[::]:0"; do
    check "serve: $address without a token" 64 $qstyle serve --listen "$address" --data served
    grep -q "other machines can reach .*--token FILE" err.txt && ok || bad "serve: $address without a token: $(cat err.txt)"
done
echo short >token
check "serve: a short token" 64 $qstyle serve --token token --data served
check "serve: no token" 64 $qstyle serve --token missing --data served
check "serve: no size" 64 $qstyle serve --memory much --data served
check "serve: no styles" 64 $qstyle serve --styles missing --data served
[ ! -e served ] && ok || bad "serve: a refused command line makes a folder"
check "serve: a file for a folder" 1 $qstyle serve --listen 127.0.0.1:0 --data "$photo"
check "serve: a folder in no folder" 1 $qstyle serve --listen 127.0.0.1:0 --data no/such/folder
mkdir broken && echo hello >broken/queue.db
check "serve: a queue of something else" 1 $qstyle serve --listen 127.0.0.1:0 --data broken
grep -q "broken/queue.db: the queue's file is damaged" err.txt && ok || bad "serve: $(cat err.txt)"
rm -rf broken token

# --- thumbnail and --preview ------------------------------------------------------------------------------
check "thumbnail" 0 $qstyle thumbnail "$photo" -o small.jpg --size 100 --json
grep -q '"width":320,"height":213,"thumbnail_width":100,"thumbnail_height":67' out.txt && ok || bad "thumbnail: $(cat out.txt)"
head -c 50000 "$photo" >cut.png
check "thumbnail of half a picture" 1 $qstyle thumbnail cut.png -o result.png
check "thumbnail in too little memory" 1 $qstyle thumbnail "$photo" -o result.png --memory 1M
check "thumbnail over its picture" 64 $qstyle thumbnail "$photo" -o "$photo"
check "preview" 0 $transfer "$photo" "$style" -o a.png --preview p.png
cmp -s a.png p.png && ok || bad "the last preview is not the result"
check "preview of another kind" 64 $transfer "$photo" "$style" -o a.png --preview p.txt
check "preview over the result" 64 $transfer "$photo" "$style" -o a.png --preview a.png
rm -f a.png p.png small.jpg cut.png

# --- The service -----------------------------------------------------------------------------------------
service "jobs through the API" jobs
service "hostile requests" hostile
service "a service that is killed" kills 5
if command -v chromium >/dev/null 2>&1; then
    service "the page in a browser" browser
else
    echo "serve.sh: chromium is missing; the page is not tested" >&2
fi
