#!/usr/bin/env bash
# Formats every source file with the versions that the format test uses.
set -euo pipefail
cd "$(dirname "$0")/../.."
./bazelw build --noshow_progress --ui_event_filters=-info @frazo_python//:bin/clang-format @frazo_python//:bin/ruff \
  @frazo_node//:bin/buildifier
external=$(./bazelw info --ui_event_filters=-info output_base)/external
files() { git ls-files -z --cached --others --exclude-standard -- "$@"; }
files '*.h' '*.cc' '*.proto' | xargs -0 --no-run-if-empty "$external/frazo_python/bin/clang-format" -i
# Golden files have protobuf's own form.
files '*.textproto' ':!tests/models/golden' ':!tests/golden_versions' | xargs -0 --no-run-if-empty ./bazelw run --noshow_progress //tools:config -- fmt
files '*.py' | xargs -0 --no-run-if-empty "$external/frazo_python/bin/ruff" format --quiet
files '*.py' | xargs -0 --no-run-if-empty "$external/frazo_python/bin/ruff" check --quiet --fix
files '*BUILD' '*WORKSPACE' '*.bzl' | xargs -0 --no-run-if-empty "$external/frazo_node/bin/buildifier" -lint=off
