"""`records stats`: shows the lengths of the records, and the buckets that fit them."""

import argparse
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from frazo_tools.progress import Progress
from frazo_tools.records.buckets import best_bounds, padded_length
from frazo_tools.records.histogram import draw_histogram
from frazo_tools.records.input_files import (
    RecordsError,
    add_reading_arguments,
    open_files,
    whole_number,
)
from frazo_tools.records.lengths import UNITS, count_lengths
from frazo_tools.records.table import counted, table

HELP = "lengths of the records, and the bounds of buckets that need the least padding"

_PERCENTILES = (1, 10, 25, 50, 75, 90, 99)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_reading_arguments(parser)
    part = parser.add_mutually_exclusive_group()
    part.add_argument("--field", metavar="NAME", help="measure a feature of tf.Example records")
    part.add_argument(
        "--column",
        type=whole_number(0),
        metavar="K",
        help="measure a tab-separated column, counted from 0; default: the whole record",
    )
    parser.add_argument(
        "--unit",
        choices=UNITS,
        help="of the lengths; default: values for a field of numbers, bytes otherwise",
    )
    parser.add_argument(
        "--buckets",
        type=whole_number(1),
        default=8,
        metavar="K",
        help="how many buckets to suggest; default: 8",
    )
    parser.add_argument("--plot", metavar="FILE.png", help="draw the lengths and the bounds")


def run(options: argparse.Namespace) -> int:
    if options.plot is not None:
        _check_is_new(Path(options.plot))
    files = open_files(options)
    with Progress("measuring", files.file_bytes) as progress:
        lengths, unit = count_lengths(
            files, progress, field=options.field, column=options.column, unit=options.unit
        )
    if not lengths:
        raise RecordsError(f"there are no records in {', '.join(files.paths)}")
    what = _what(options)
    print(
        f"{counted(lengths.total(), 'record')} in {counted(len(files.paths), 'file')}; length of {what} in {unit}:"
    )
    print(describe(lengths))
    bounds = best_bounds(lengths, options.buckets)
    print(describe_buckets(lengths, bounds))
    if options.plot is not None:
        draw_histogram(Path(options.plot), lengths, bounds, what=what, unit=unit)
        print(f"drawn in {options.plot}")
    return 0


def describe(histogram: Mapping[int, int]) -> str:
    """Returns smallest, percentiles, mean and largest of the lengths."""
    count = sum(histogram.values())
    mean = sum(length * number for length, number in histogram.items()) / count
    rows = [("min", f"{min(histogram):,}")]
    rows += [
        ("median" if percent == 50 else f"{percent}%", f"{percentile(histogram, percent):,}")
        for percent in _PERCENTILES
    ]
    rows += [("mean", f"{mean:,.1f}"), ("max", f"{max(histogram):,}")]
    return "  " + "  ".join(f"{name} {value}" for name, value in rows)


def percentile(histogram: Mapping[int, int], percent: int) -> int:
    """Returns the smallest length that at least this share of the records does not exceed."""
    wanted = sum(histogram.values()) * percent
    below = 0
    for length in sorted(histogram):
        below += histogram[length]
        if below * 100 >= wanted:
            break
    return length


def describe_buckets(histogram: Mapping[int, int], bounds: Sequence[int]) -> str:
    """Returns the records and the padding of each bucket, and the total padding."""
    rows = []
    below = -1
    for bound in bounds:
        inside = {length: n for length, n in histogram.items() if below < length <= bound}
        rows.append((f"{bound:,}", f"{sum(inside.values()):,}", _padding(inside, [bound])))
        below = bound
    return "\n".join(
        [
            table(("bucket up to", "records", "padding"), rows),
            f"padding: {_padding(histogram, bounds)} with these buckets, "
            f"{_padding(histogram, bounds[-1:])} with one",
            "in a configuration: buckets { bounds: [" + ", ".join(map(str, bounds)) + "] ... }",
        ]
    )


def _padding(histogram: Mapping[int, int], bounds: Sequence[int]) -> str:
    """Returns the share of padding in the padded lengths."""
    padded = padded_length(histogram, bounds)
    real = sum(length * number for length, number in histogram.items())
    return f"{(padded - real) / padded:.2%}" if padded else "0.00%"


def _check_is_new(plot: Path) -> None:
    """Checked before the work, because the picture is drawn last."""
    if os.path.lexists(plot):
        raise RecordsError(f"--plot={plot} exists already; remove it or choose another name")
    if not plot.parent.is_dir():
        raise RecordsError(f"--plot={plot}: there is no folder '{plot.parent}'; create it first")


def _what(options: argparse.Namespace) -> str:
    if options.field is not None:
        return f"'{options.field}'"
    return "records" if options.column is None else f"column {options.column}"
