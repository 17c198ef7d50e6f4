#!/usr/bin/env bash
# Asks Bazel whether any target reaches up into a room above its own; prints the offenders and fails if so.
# The rooms, from the ground up: proto, core, python (config, layers, learn, input), tasks, jobs, tools, tests.
set -euo pipefail
cd "$(dirname "$0")/../.."

proto='(//proto/... + //python/frazo/proto/...)'
core='//core/...'
tasks='//python/frazo/tasks/...'
jobs='//python/frazo/jobs/...'
python="(//python/... - //python/frazo/proto/... - $tasks - $jobs)"
tools='//tools/...'
tests='//tests/...'

reaches_up() { # reaches_up ROOM ROOMS-ABOVE: rules above that something in ROOM depends on
  echo "(deps($1) intersect kind('(cc|py)_.* rule', $2))"
}

query="$(reaches_up "$proto" "$core + $python + $tasks + $jobs + $tools + $tests")
  + $(reaches_up "$core" "$python + $tasks + $jobs + $tools + $tests")
  + $(reaches_up "$python" "$tasks + $jobs + $tools + $tests")
  + $(reaches_up "$tasks" "$jobs + $tools + $tests")
  + $(reaches_up "$jobs" "$tools + $tests")
  + $(reaches_up "$tools" "$tests")"

offenders=$(./bazelw query --noshow_progress --ui_event_filters=-info --noimplicit_deps "$query")
if [ -n "$offenders" ]; then
  echo "A room below depends on these targets of a room above it:" >&2
  echo "$offenders" >&2
  exit 1
fi
echo "No target reaches upward across rooms."
