# Completion of riposte for bash, 3.2 and later. The line is parted at spaces alone: bash parts words at : and = too, and
# wants candidates without what stands before these.
_riposte() {
    local word kept last
    local -a words
    read -ra words <<<"${COMP_LINE:0:COMP_POINT}x"
    last=$((${#words[@]} - 1))
    words[last]=${words[last]%x}
    kept=${words[last]%"${words[last]##*[:=]}"}
    COMPREPLY=()
    while IFS=$'\t' read -r word _; do
        COMPREPLY+=("${word#"$kept"}")
    done < <("$1" complete -- "${words[@]:1}" 2>/dev/null)
}
complete -o default -F _riposte riposte
