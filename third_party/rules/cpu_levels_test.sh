#!/usr/bin/env bash
# Runs a test program on each level of core/numeric/cpu.h below this processor's own.
set -euo pipefail

for level in avx2 sse4 baseline; do
  echo "FRAZO_CPU=$level"
  FRAZO_CPU=$level "$1"
done
