# What shells complete.

for shell in bash zsh fish; do
    check "completions for $shell" 0 $qstyle --completions $shell
    cp out.txt complete.$shell
    command -v $shell >/dev/null || { echo "skipped: no $shell here" >&2; continue; }
    $shell -n complete.$shell 2>err.txt && [ ! -s err.txt ] && ok || bad "completions for $shell: $(cat err.txt)"
done
check "completions for no shell" 64 $qstyle --completions
check "completions for another shell" 64 $qstyle --completions fisch
grep -q "fish" err.txt && ok || bad "another shell: $(cat err.txt)"

# completed WORDS... [WORD]: what bash offers for the last word.
completed() {
    bash -c '. ./complete.bash; COMP_WORDS=(qstyle "$@"); COMP_CWORD=$#; _qstyle; echo "${COMPREPLY[*]}"' bash "$@"
}
# fishes LINE: what fish offers.
fishes() { fish -c "source complete.fish; complete -C '$1'" 2>err.txt | cut -f 1 | sort | tr '\n' ' '; }
[ "$(completed pl)" = plan ] && [ "$(completed help re)" = recolor ] && [ "$(completed --completions f)" = fish ] && ok || bad "bash: commands"
[ "$(completed transfer --pool '')" = "avg max" ] && [ "$(completed transfer a.png --mem)" = --memory ] && ok || bad "bash: options"
[ -z "$(completed transfer a)$(completed transfer -o '')$(completed transfer --size '')" ] && ok || bad "bash: words where files or numbers are"
if command -v fish >/dev/null; then
    [ "$(fishes 'qstyle pl')" = "plan " ] && [ "$(fishes 'qstyle transfer --pool ')" = "avg max " ] && [ "$(fishes 'qstyle transfer --memo')" = "--memory " ] && ok ||
        bad "fish: $(fishes 'qstyle pl') $(fishes 'qstyle transfer --pool ') $(fishes 'qstyle transfer --memo')"
fi
# Every option of every command is offered, and every word that is offered is taken.
for command in transfer recolor compare plan verify inspect bench; do
    for option in $($qstyle $command --help | sed -n 's/^  \(-[a-z],\|   \) \(--[a-z-]*\).*/\2/p'); do
        [ "$(completed $command "$option" | tr ' ' '\n' | grep -cx -- "$option")" = 1 ] && grep -qE -- "$option('|})" complete.zsh && ok ||
            bad "completions: $command has no $option"
    done
done
for option in pool precision optimizer state preset colors style-loss scales init; do
    for word in $(completed transfer --$option ''); do
        check "--$option $word" 0 $qstyle transfer "$photo" "$style" --$option "$word" --dry-run -o unmade.png
    done
done
rm -f complete.*
