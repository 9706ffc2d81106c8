#compdef riposte
# Completion of riposte for zsh.
_riposte() {
    local line
    local -a found
    for line in "${(@f)$("${words[1]}" complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
        [[ -n $line ]] && found+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
    done
    if (( $#found )); then
        _describe riposte found
    else
        _files
    fi
}
if [[ ${funcstack[1]-} == _riposte ]]; then
    _riposte "$@"
else
    compdef _riposte riposte
fi
