#!/usr/bin/env bash
# Builds the C++ runtime for ARM by Debian's cross compiler, and runs its tests on qemu:
#   tests/aarch64.sh [TARGET...]
# Default: all tests of core but those of our TensorFlow ops. Without targets the libraries that Python loads are built,
# too. What has to be installed is said by //third_party/aarch64:repository.bzl.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ $# -gt 0 ]; then
  exec ./bazelw test --config=aarch64 --noshow_progress -- "$@"
fi
./bazelw test --config=aarch64 --noshow_progress --test_output=errors -- //core/... -//core/ops/...
./bazelw build --config=aarch64 --nobuild_tests_only --noshow_progress -- //core/ops:frazo_ops //python/frazo:_core.so
