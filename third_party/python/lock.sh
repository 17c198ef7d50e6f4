#!/usr/bin/env bash
# Resolves requirements.in into requirements.txt, with hashes, and adds what requirements_alone.in lists, without what
# those packages ask for. Run it after changing either.
set -euo pipefail
cd "$(dirname "$0")"
tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
python3.11 -m venv "$tools"
"$tools/bin/pip" install --quiet pip-tools==7.6.2
export CUSTOM_COMPILE_COMMAND="third_party/python/lock.sh"
resolve() { # resolve INPUT OUTPUT
  "$tools/bin/pip-compile" --quiet --generate-hashes --strip-extras --allow-unsafe \
    --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --output-file="$2" "$1"
}
resolve requirements.in requirements.txt
resolve requirements_alone.in "$tools/alone.txt"
# An entry is "name==version" and its hashes, indented.
grep -E '^[a-z]' requirements_alone.in | while read -r pinned; do
  awk -v pinned="$pinned" '/^[^ ]/ { inside = index($0, pinned " ") == 1 } inside && !/^ *#/' "$tools/alone.txt"
done >>requirements.txt
