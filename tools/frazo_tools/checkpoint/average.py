"""`checkpoint average`: the mean of several checkpoints of a training."""

import argparse
from collections.abc import Iterator, Sequence

import numpy as np
import tensorflow as tf
from frazo.checkpoint.new_logdir import require_new
from frazo.checkpoint.run_status import Finished, read_finished
from frazo.program.errors import JobError
from frazo_tools.checkpoint.kinds import Kind
from frazo_tools.checkpoint.output import sizes, write_logdir
from frazo_tools.checkpoint.source import Source, TensorEntry, find_newest, open_source, verify
from frazo_tools.records.table import counted

_AVERAGED = (Kind.WEIGHT, Kind.AVERAGE)
# More would hide what is wrong.
_PROBLEMS_SHOWN = 10


def run(options: argparse.Namespace) -> int:
    require_new(options.out)
    sources = _sources(options)
    # The later one of two of the same step.
    newest = sorted(sources, key=lambda source: source.step)[-1]
    _check_same(newest, sources)
    means = {entry.name for entry in newest.of_kind(*_AVERAGED) if entry.dtype.is_floating}
    others = len(newest.tensors) - len(means)
    steps = ", ".join(str(source.step) for source in sources)
    print(
        f"mean of {counted(len(sources), 'checkpoint')}, of steps {steps}: "
        f"{counted(len(means), 'tensor')}; the other {others:,} are those of step {newest.step}"
    )

    def tensors() -> Iterator[tuple[str, tf.Tensor]]:
        for name, entry in newest.tensors.items():
            yield name, _mean(sources, entry) if name in means else newest.read(name)

    mark = read_finished(newest.folder)
    finished = Finished(newest.step, mark.max_steps) if mark else None
    write_logdir(options.out, newest.step, tensors(), sizes(newest.tensors.values()), finished)
    return 0


def _sources(options: argparse.Namespace) -> list[Source]:
    if options.last is None:
        return [open_source(path) for path in options.checkpoints]
    (path,) = options.checkpoints
    sources = find_newest(path, options.last)
    for source in sources:
        verify(source)
    return sources


def _mean(sources: Sequence[Source], entry: TensorEntry) -> tf.Tensor:
    total = np.zeros(entry.shape, np.float64)
    for source in sources:
        total += source.read(entry.name).numpy().astype(np.float64)
    return tf.constant((total / len(sources)).astype(entry.dtype.as_numpy_dtype))


def _check_same(newest: Source, sources: Sequence[Source]) -> None:
    """Raises JobError if the checkpoints have not the same weights and moving averages."""
    expected = {entry.name: entry.form for entry in newest.of_kind(*_AVERAGED)}
    problems = []
    for source in sources:
        found = {entry.name: entry.form for entry in source.of_kind(*_AVERAGED)}
        for name in sorted(expected.keys() | found.keys()):
            here, there = found.get(name, "missing"), expected.get(name, "missing")
            if here != there:
                problems.append(f"{name}: {here} in {source.prefix}, {there} in {newest.prefix}")
    if problems:
        shown = problems[:_PROBLEMS_SHOWN]
        more = len(problems) - len(shown)
        raise JobError(
            "the checkpoints are not of one model:\n"
            + "\n".join(f"  {problem}" for problem in shown)
            + (f"\n  and {more} more" if more else "")
        )
