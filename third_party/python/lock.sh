#!/usr/bin/env bash
# Resolves requirements.in into requirements.txt, with hashes. Run it after changing requirements.in.
set -euo pipefail
cd "$(dirname "$0")"
tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
python3.11 -m venv "$tools"
"$tools/bin/pip" install --quiet pip-tools==7.6.2
export CUSTOM_COMPILE_COMMAND="third_party/python/lock.sh"
"$tools/bin/pip-compile" --quiet --generate-hashes --strip-extras --allow-unsafe \
  --no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
  --output-file=requirements.txt requirements.in
