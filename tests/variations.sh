#!/usr/bin/env bash
# Runs tests under every variation of machine and random numbers that they must pass under:
#   tests/variations.sh [TARGET...]
# Default: //... That takes hours; a change of one room needs its own targets only. What fails is named at the end.
set -uo pipefail
cd "$(dirname "$0")/.."

targets=("$@")
[ ${#targets[@]} -gt 0 ] || targets=(//...)
failed=()

run() { # run NAME BAZEL_OPTION...
  local name=$1
  shift
  echo "== $name"
  ./bazelw test --noshow_progress --test_output=errors "$@" -- "${targets[@]}" || failed+=("$name")
}

run "without oneDNN" --test_env=TF_ENABLE_ONEDNN_OPTS=0
run "with oneDNN" --test_env=TF_ENABLE_ONEDNN_OPTS=1
run "on one processor" --run_under="taskset -c 0"
run "on two processors" --run_under="taskset -c 0,1"
for cpu in baseline avx2; do
  run "kernels for $cpu" --test_env=FRAZO_CPU="$cpu"
done
for seed in {1..10}; do
  run "seed $seed" --test_env=FRAZO_TEST_SEED="$seed"
done
for seed in 11 12; do
  run "100 times the examples, seed $seed" --test_timeout=7200 --test_env=FRAZO_TEST_EXAMPLES=100 \
    --test_env=FRAZO_TEST_SEED="$seed"
done

# As many that do nothing but compute as there are processors.
load=()
trap 'kill "${load[@]}" 2>/dev/null' EXIT
for ((i = 0; i < $(nproc); ++i)); do
  (while :; do :; done) &
  load+=($!)
done
run "under a second load" --nocache_test_results

[ ${#failed[@]} -eq 0 ] || printf 'failed: %s\n' "${failed[@]}"
[ ${#failed[@]} -eq 0 ]
