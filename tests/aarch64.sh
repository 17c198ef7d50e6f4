#!/usr/bin/env bash
# Builds the C++ runtime for ARM by Debian's cross compiler, and runs its tests on qemu:
#   tests/aarch64.sh [TARGET...]
# Default: all C++ tests of core, our TensorFlow ops included, and the Python module, which is only built. The build names
# the Debian packages that it lacks.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ $# -gt 0 ]; then
  exec ./bazelw test --config=aarch64 --noshow_progress -- "$@"
fi
./bazelw test --config=aarch64 --noshow_progress -- //core/...
./bazelw build --config=aarch64 --nobuild_tests_only --noshow_progress -- //core/ops:frazo_ops //python/frazo:_core.so
