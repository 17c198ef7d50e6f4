"""`checkpoint compare`: what differs between two checkpoints."""

import argparse

import numpy as np
import tensorflow as tf
from frazo.program.number_format import format_bytes
from frazo_tools.checkpoint.difference import Difference, difference
from frazo_tools.checkpoint.listing import chosen
from frazo_tools.checkpoint.source import Source, TensorEntry, open_source
from frazo_tools.progress import Progress
from frazo_tools.records.table import counted, table

_NO_NUMBER = "-"


def run(options: argparse.Namespace) -> int:
    a, b = open_source(options.a), open_source(options.b)
    print(f"A: {a.prefix}: step {a.step}\nB: {b.prefix}: step {b.step}")
    names = chosen(list({**a.tensors, **b.tensors}.values()), options.filter)
    both, blocks = [], {"only in A": [], "only in B": [], "of another type or shape": []}
    for name in sorted(entry.name for entry in names):
        in_a, in_b = a.tensors.get(name), b.tensors.get(name)
        if in_a is None or in_b is None:
            where, entry = ("only in B", in_b) if in_a is None else ("only in A", in_a)
            assert entry is not None
            blocks[where].append(f"{name}: {entry.form}")
        elif in_a.form != in_b.form and {in_a.dtype, in_b.dtype} != {tf.variant}:
            blocks["of another type or shape"].append(f"{name}: {in_a.form} in A, {in_b.form} in B")
        else:
            both.append(in_a)
    for title, lines in blocks.items():
        if lines:
            print(f"\n{title}:\n" + "\n".join(f"  {line}" for line in lines))
    differing = _differences(a, b, both, options.tolerance)
    if differing:
        print("\n" + _table(differing))
    count = sum(map(len, blocks.values())) + len(differing)
    print(
        f"\n{count or 'none'} of {counted(len(names), 'tensor')} differ{'s' if count == 1 else ''}"
    )
    return 1 if count else 0


def _differences(
    a: Source, b: Source, entries: list[TensorEntry], tolerance: float
) -> list[tuple[TensorEntry, Difference]]:
    """Returns the tensors that differ, those that differ most first."""
    found = []
    done, total = 0, sum(entry.size_bytes or 0 for entry in entries)
    with Progress(f"comparing {format_bytes(total)}", total) as progress:
        for entry in entries:
            apart = _difference(a, b, entry, tolerance)
            if apart.count:
                found.append((entry, apart))
            done += entry.size_bytes or 0
            progress(done)

    def order(pair: tuple[TensorEntry, Difference]) -> tuple[float, str]:
        entry, apart = pair
        return (1.0 if apart.absolute is None else -apart.absolute, entry.name)

    return sorted(found, key=order)


def _difference(a: Source, b: Source, entry: TensorEntry, tolerance: float) -> Difference:
    x, y = a.read(entry.name), b.read(entry.name)
    if entry.dtype == tf.variant:
        # A position of an input: it is the same if its bytes are.
        same = tf.io.serialize_tensor(x) == tf.io.serialize_tensor(y)
        return Difference(0 if same else entry.count, None, None)
    if entry.dtype == tf.string:
        # A single text is no array yet.
        return difference(np.array(x.numpy(), object), np.array(y.numpy(), object))
    return difference(x.numpy(), y.numpy(), tolerance)


def _table(differing: list[tuple[TensorEntry, Difference]]) -> str:
    rows = [
        (
            entry.name,
            entry.kind,
            f"{entry.count:,}",
            f"{apart.count:,}",
            _number(apart.absolute),
            _number(apart.relative),
        )
        for entry, apart in differing
    ]
    head = ("tensor", "kind", "values", "differ", "largest absolute", "largest relative")
    return table(head, rows)


def _number(value: float | None) -> str:
    return _NO_NUMBER if value is None else f"{value:.4g}"
