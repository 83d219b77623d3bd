# The blocks of commands in docs/raspberry-pi.md, as they stand there, in a mount namespace with
# folders of its own for what they write, and with stand-ins for boards, sudo and systemd.

guide=$folder/guide
mkdir -p "$guide/bin" "$guide/local/bin" "$guide/srv" "$guide/units" "$guide/boot/firmware" "$guide/checkout/dist" \
    "$guide/board" "$guide/board1" "$guide/board2"
awk -v to="$guide/block-" '/^```sh$/ { inside = 1; name = to (++count); next } /^```$/ { inside = 0 } inside { print > name }' \
    "$here/docs/raspberry-pi.md"
[ "$(cat "$guide"/block-* | grep -c '')" -gt 50 ] && ok || bad "no blocks in the board guide"

# The program that stands in for the ARM64 file, and small pictures.
printf '#!/bin/sh\nQSTYLE_WEIGHTS=%s exec %s "$@"\n' "$weights" "$qstyle" >"$guide/checkout/dist/qstyle-arm64-full"
chmod +x "$guide/checkout/dist/qstyle-arm64-full"
$qstyle transfer "$photo" "$style" --size 32 --steps 1 --quiet -o "$guide/checkout/photo.jpg"
$qstyle transfer "$style" "$photo" --size 32 --steps 1 --quiet -o "$guide/checkout/painting.jpg"
echo "console=tty1 rootwait" >"$guide/boot/firmware/cmdline.txt"

# stand_in NAME: a command of the guide, from standard input.
stand_in() { { echo "#!/bin/sh"; cat; } >"$guide/bin/$1" && chmod +x "$guide/bin/$1"; }
echo 'exec "$@"' | stand_in sudo
echo 'exit 0' | stand_in useradd
echo 'exit 0' | stand_in chown
echo "exec /usr/bin/make -n -C $here \"\$@\" >/dev/null" | stand_in make
stand_in ssh <<END
cd "$guide/\${1#pi@}" && shift && exec sh -c "\$*"
END
stand_in scp <<END
[ "\$1" = -q ] && shift
for word; do last=\$word; done
for word; do
    [ "\$word" = "\$last" ] && [ \$# -gt 1 ] && break
    case \$last in
    *:*) cp "\$word" "$guide/\$(echo "\${last#pi@}" | tr : /)" || exit 1 ;;
    *) cp "$guide/\$(echo "\${word#pi@}" | tr : /)" "\$last" || exit 1 ;;
    esac
done
END
# systemd: the unit is checked, and runs from its start to its stop.
stand_in systemctl <<'END'
units=/etc/systemd/system
case $1 in
daemon-reload)
    ! command -v systemd-analyze >/dev/null || systemd-analyze verify --man=no "$units/qstyle.service" ;;
enable | start)
    value() { sed -n "s/^$1=//p" "$units/qstyle.service"; }
    cd "$(value WorkingDirectory)" || exit
    env --default-signal=TERM $(value ExecStart) &
    echo $! >"$units/process" ;;
stop)
    read -r process <"$units/process"
    kill "$process"
    while kill -0 "$process" 2>/dev/null; do sleep 0.1; done ;;
esac
END

# run_blocks FOLDER COMMANDS: runs commands with the guide's folders in place of the system's.
run_blocks() {
    unshare --map-root-user --mount sh -euc "
        mount --bind '$guide/local' /usr/local
        mount --bind '$guide/srv' /srv
        mount --bind '$guide/units' /etc/systemd/system
        mount --bind '$guide/boot' /boot
        PATH=$guide/bin:/usr/local/bin:/usr/bin:/bin
        cd '$guide/$1'
        $2" >guide.txt 2>&1 </dev/null && ok || bad "the board guide, $1: $2: $(tail -n 5 guide.txt)"
}

if [ -d /srv ] && [ -d /boot ] && [ -d /etc/systemd/system ] && unshare --map-root-user --mount true 2>/dev/null; then
    # Copy and run; the installation.
    run_blocks checkout ". '$guide/block-1'"
    [ -s "$guide/checkout/result.png" ] && ok || bad "the guide's first picture"
    run_blocks board ". '$guide/block-2'; qstyle --version"
    head -n 1 "$guide/local/share/man/man1/qstyle.1" | grep -q '^.TH' && ok || bad "the guide's manual page"
    # Without a screen.
    run_blocks board ". '$guide/block-3'
        wait"
    [ -s "$guide/board/large.png" ] && [ -s "$guide/board/large-000050.png" ] && [ "$(grep -c '' "$guide/board/steps.jsonl")" -eq 200 ] &&
        ok || bad "the guide's long run: $(cat "$guide/board/paint.log")"
    # A folder, once and again.
    run_blocks board ". '$guide/block-4'; . '$guide/block-4'"
    [ -s "$guide/board/holiday-painted/photo.png" ] && grep -q "photo.jpg -> photo.png  skipped, done before" guide.txt && ok || bad "the guide's folder"
    # The service, from the unit to the photo, with a stop and a start.
    run_blocks board ". '$guide/block-5'
        cp photo.jpg /srv/paint/in/
        . '$guide/block-6'
        until [ -s /srv/paint/out/photo.png ] && ! ls /srv/paint/out/.photo* 2>/dev/null; do sleep 0.1; done
        . '$guide/block-7'
        systemctl stop qstyle.service"
    cmp -s "$guide/board/holiday-painted/photo.png" "$guide/srv/paint/out/photo.png" && [ -s "$guide/srv/paint/in/photo.jpg" ] && ok || bad "the guide's service"
    [ "$(cat "$guide/boot/firmware/cmdline.txt")" = "console=tty1 rootwait cgroup_enable=memory cgroup_memory=1" ] && ok || bad "the guide's cmdline.txt"
    # Several boards.
    mkdir "$guide/board/photos"
    for name in one "number two" three; do cp "$guide/board/photo.jpg" "$guide/board/photos/$name.jpg"; done
    run_blocks board ". '$guide/block-8'"
    [ "$(ls "$guide/board/results")" = "$(printf 'number two.jpg.png\none.jpg.png\nthree.jpg.png')" ] &&
        cmp -s "$guide/board/results/number two.jpg.png" "$guide/checkout/result.png" && ok || bad "the guide's boards: $(ls "$guide/board/results")"
    [ -s "$guide/board/painting.jpg" ] && [ ! -e "$guide/block-9" ] && ok || bad "blocks of the guide that are not run"
else
    echo "the board guide is not run: no mount namespaces here" >&2
fi
