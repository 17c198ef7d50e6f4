#!/usr/bin/env bash
# Looks for faults in C++ files with clang-tidy, by hand: a file takes between 2 and 20 seconds, most of them for
# TensorFlow's headers, so the whole tree takes half an hour.
#   tests/format/tidy.sh                                   the files that differ from the branch main
#   tests/format/tidy.sh core/records/record_reader.cc     these files
#   tests/format/tidy.sh $(git ls-files '*.cc')            all
# .clang-tidy at the root says what is checked. clang-tidy is not part of the build's environment: its package takes
# 150 MB. It is installed once, in the version and with the hash below.
set -euo pipefail
cd "$(dirname "$0")/../.."

version=23.1.4
sha256=6bb31e4f319ecbe14acb75f23c3050d0f1d4b1d92ea1c66091bc76e4eac2c1ac # x86_64
environment=${XDG_CACHE_HOME:-$HOME/.cache}/frazo/clang-tidy-$version
if [ ! -x "$environment/bin/clang-tidy" ]; then
  python3 -m venv "$environment"
  "$environment/bin/pip" install --quiet --no-deps --require-hashes \
    --requirement <(echo "clang-tidy==$version --hash=sha256:$sha256")
fi

files=("$@")
if [ ${#files[@]} -eq 0 ]; then
  mapfile -t files < <(git diff --name-only --diff-filter=d "$(git merge-base main HEAD)" -- '*.cc')
fi
[ ${#files[@]} -gt 0 ] || exit 0

./bazelw build --noshow_progress --ui_event_filters=-info //proto:proto_cc
external=$(./bazelw info --ui_event_filters=-info output_base)/external
tensorflow=$external/frazo_python/tensorflow/include
printf '%s\0' "${files[@]}" | xargs -0 -n1 -P"$(nproc)" -I{} "$environment/bin/clang-tidy" --quiet {} -- \
  -std=c++17 -DEIGEN_MAX_ALIGN_BYTES=64 -I. \
  -isystem bazel-bin/proto/proto_cc_include -isystem "$tensorflow" -isystem "$tensorflow/external/zlib" \
  -isystem "$tensorflow/external/local_config_python/python_include" \
  -isystem "$external/frazo_python/nanobind/include" -isystem "$external/frazo_python/nanobind/ext/robin_map/include"
