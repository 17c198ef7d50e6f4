# Completion of Frazo's programs, for bash, and for zsh by its bashcompinit. A program's --help tells its flags and
# subcommands; a shell asks once.

[ -z "${ZSH_VERSION:-}" ] || { autoload -U +X compinit && compinit && autoload -U +X bashcompinit && bashcompinit; }

# By program, or by program and subcommand.
declare -A _frazo_flags _frazo_subcommands
_frazo_models=

_frazo_learn() {
  local help
  help=$("$@" --help 2>/dev/null </dev/null)
  # A flag with a value gets a "=", so that the value can follow at once.
  _frazo_flags[$*]=$(sed -nE 's/^  (-[a-z], )?(--[a-z0-9_]+)( [A-Z{].*)?( .*)?$/\2\3/p' <<<"$help" | sed -E 's/ .*/=/')
  _frazo_subcommands[$*]=$(awk '/^  COMMAND/ { inside = 1; next } /^$/ { inside = 0 }
    inside && /^    [a-z]/ { print $1 }' <<<"$help")
}

_frazo_complete() {
  local program=${COMP_WORDS[0]} line=${COMP_LINE:0:COMP_POINT} key current words subcommand word
  # The shell has cut the line at each "=".
  current=${line##*[[:space:]]} key=$program
  [ -n "${_frazo_flags[$program]+known}" ] || _frazo_learn "$program"
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    for subcommand in ${_frazo_subcommands[$program]}; do
      [ "$word" != "$subcommand" ] || key="$program $subcommand"
    done
  done
  # shellcheck disable=SC2086
  [ -n "${_frazo_flags[$key]+known}" ] || _frazo_learn $key
  case $current in
  --model=*)
    [ -n "$_frazo_models" ] || _frazo_models=$(frazo-train --model=list 2>/dev/null | cut -d' ' -f1)
    words=$_frazo_models current=${current#*=}
    ;;
  # The shell completes files.
  --*=*) words= ;;
  -*) words=${_frazo_flags[$key]} ;;
  *) [ "$key" = "$program" ] && words=${_frazo_subcommands[$program]} ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  case ${COMPREPLY[*]} in *=) compopt -o nospace 2>/dev/null ;; esac
}

