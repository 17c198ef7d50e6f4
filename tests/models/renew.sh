#!/usr/bin/env bash
# Writes the expanded text of every experiment that ships, for review.
set -euo pipefail
cd "$(dirname "$0")/../.."
for name in $(./bazelw run //:trainer -- --model=list | cut -d' ' -f1); do
  ./bazelw run //:trainer -- --model="$name" --mode=inspect_params >"tests/models/golden/$name.textproto"
done
