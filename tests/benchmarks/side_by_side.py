"""Compares us with our peers: measures in turns, takes medians, prints a table.

A machine drifts by more than most differences worth showing, so contenders are measured in turns
(A B C, A B C, ...) within one run and only figures of the same run are compared.

Terminology. Case: one quantity that is measured, such as the steps per second of a model.
Contender: one who is measured, we or a peer. Measurement: one contender's figures of one turn.
"""

import argparse
import json
import os
import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TextIO


class MeasurementError(Exception):
    """A contender could not be measured; str() says why."""


class Case(NamedTuple):
    """What is measured; `name` and `unit` stand in the table."""

    name: str
    unit: str
    higher_is_better: bool


class Measurement(NamedTuple):
    """The figures of one turn, and the largest resident set of the process measured, MiB."""

    figures: Mapping[Case, float]
    peak_memory_mb: float


class Contender(NamedTuple):
    """`measure` takes one turn; it raises MeasurementError if it cannot."""

    name: str
    measure: Callable[[], Measurement]


class Figure(NamedTuple):
    """A contender's figures of one case over the rounds."""

    median: float
    lowest: float
    highest: float


class Comparison(NamedTuple):
    """Us against one peer in one case.

    Attributes:
        ratio: of the medians, above 1 where we are better.
        our_memory_mb, peer_memory_mb: the largest over the rounds, MiB.
    """

    case: Case
    peer_name: str
    ours: Figure
    peer: Figure
    ratio: float
    our_memory_mb: float
    peer_memory_mb: float


def parse_arguments(
    description: str, arguments: Sequence[str], rounds: int = 3
) -> argparse.Namespace:
    """The flags that every benchmark has: rounds, peers (None or a folder), json (None or a file).

    Paths are resolved against the folder that the user is in.
    """
    # Bazel starts programs elsewhere.
    os.chdir(os.environ.get("BUILD_WORKING_DIRECTORY", "."))
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--rounds",
        type=_positive,
        default=rounds,
        help="times that each contender is measured (default: %(default)s)",
    )
    parser.add_argument(
        "--peers",
        type=_existing_folder,
        metavar="DIR",
        help="folder of the peers' environments, see docs/benchmarks.md; peers that are not there "
        "are left out",
    )
    parser.add_argument(
        "--json",
        type=Path,
        metavar="FILE",
        help="also write the comparisons here, a JSON object a line",
    )
    return parser.parse_args(arguments)


def compare(
    ours: Contender,
    peers: Sequence[Contender],
    rounds: int,
    report: Callable[[str], None] = lambda line: print(line, flush=True),
) -> list[Comparison]:
    """Measures all contenders in turns and compares us with each peer in each case of both.

    A peer that fails is reported and left out from then on.

    Args:
        report: called with a line for each turn.

    Raises:
        MeasurementError: we could not be measured.
    """
    measured: dict[str, list[Measurement]] = {}
    left_out = set()
    for round_number in range(1, rounds + 1):
        for contender in (ours, *peers):
            if contender.name in left_out:
                continue
            try:
                measurement = contender.measure()
            except MeasurementError as error:
                if contender is ours:
                    raise
                left_out.add(contender.name)
                report(f"{contender.name} is left out: {error}")
                continue
            measured.setdefault(contender.name, []).append(measurement)
            figures = ", ".join(
                f"{_digits(value)} {case.unit}" for case, value in measurement.figures.items()
            )
            report(f"round {round_number} of {rounds}: {contender.name}: {figures}")
    return [
        _compare_case(case, peer.name, measured[ours.name], measured[peer.name])
        for case in measured[ours.name][0].figures
        for peer in peers
        if peer.name not in left_out and case in measured[peer.name][0].figures
    ]


def run(measure: Callable[[], list[Comparison]], options: argparse.Namespace) -> int:
    """Measures, writes the table to standard output and options.json, and returns an exit code."""
    try:
        comparisons = measure()
    except MeasurementError as error:
        print(f"Frazo could not be measured: {error}", file=sys.stderr)
        return 1
    print()
    write_table(comparisons, options.rounds, sys.stdout)
    if options.json:
        write_json(comparisons, options.json)
    return 0


def write_table(comparisons: Sequence[Comparison], rounds: int, output: TextIO) -> None:
    """A Markdown table, aligned: medians over the rounds, [lowest, highest], memory at its peak."""
    header = ("case", "Frazo", "peer", "", "ratio", "memory, MB: Frazo", "peer")
    rows = [header] + [
        (
            f"{entry.case.name}, {entry.case.unit}",
            _spread(entry.ours),
            entry.peer_name,
            _spread(entry.peer),
            f"{entry.ratio:.2f}",
            f"{entry.our_memory_mb:.0f}",
            f"{entry.peer_memory_mb:.0f}",
        )
        for entry in comparisons
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(header))]
    rows.insert(1, tuple("-" * width for width in widths))
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        output.write(f"| {' | '.join(cells)} |\n")
    output.write(
        f"\nMedians and [lowest, highest] of measurements in turns, rounds: {rounds}. Ratio: above 1 where "
        "Frazo is better. Memory: largest resident set.\n"
    )


def write_json(comparisons: Sequence[Comparison], path: Path) -> None:
    """One object a line: case, ours, peer (medians), peer_name, unit, ratio."""
    lines = [
        json.dumps(
            {
                "case": entry.case.name,
                "ours": entry.ours.median,
                "peer": entry.peer.median,
                "peer_name": entry.peer_name,
                "unit": entry.case.unit,
                "ratio": entry.ratio,
            }
        )
        for entry in comparisons
    ]
    path.write_text("".join(line + "\n" for line in lines))


def _compare_case(
    case: Case, peer_name: str, ours: Sequence[Measurement], peer: Sequence[Measurement]
) -> Comparison:
    our_figure, peer_figure = _summarize(case, ours), _summarize(case, peer)
    ratio = our_figure.median / peer_figure.median
    return Comparison(
        case=case,
        peer_name=peer_name,
        ours=our_figure,
        peer=peer_figure,
        ratio=ratio if case.higher_is_better else 1 / ratio,
        our_memory_mb=max(measurement.peak_memory_mb for measurement in ours),
        peer_memory_mb=max(measurement.peak_memory_mb for measurement in peer),
    )


def _summarize(case: Case, measurements: Sequence[Measurement]) -> Figure:
    values = [measurement.figures[case] for measurement in measurements]
    return Figure(statistics.median(values), min(values), max(values))


def _spread(figure: Figure) -> str:
    return f"{_digits(figure.median)} [{_digits(figure.lowest)}, {_digits(figure.highest)}]"


def _digits(value: float) -> str:
    """At least three significant digits."""
    if abs(value) >= 99.95:
        return f"{value:,.0f}"
    return f"{value:#.3g}"


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is not a positive number")
    return number


def _existing_folder(text: str) -> Path:
    folder = Path(text).absolute()
    if not folder.is_dir():
        raise argparse.ArgumentTypeError(f"{folder} is not a folder")
    return folder
