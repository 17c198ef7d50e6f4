"""Mixtures of experts beside two formulations in plain TensorFlow, and beside their products alone.

    ./bazelw run -c opt //tests/benchmarks:moe -- [--json=FILE] [--rounds=1]

8 groups of 512 tokens, model 512, hidden 1024, two experts a token, with 8, 32 and 128 experts. A
round is a process for each number of experts, which takes medians over turns. docs/benchmarks.md
keeps the last table.
"""

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.benchmarks import side_by_side
from tests.benchmarks.figures_program import make_contender
from tests.benchmarks.side_by_side import Case, Contender, Measurement, MeasurementError

EXPERTS = (8, 32, 128)

# For each of our figures its name in the table, and the figure of each peer.
FIGURES = {
    "routing_forward": (
        "routing, forward",
        {"one-hot einsums": "einsum_routing_forward", "gather": "gather_routing_forward"},
    ),
    "routing_train": (
        "routing, training",
        {"one-hot einsums": "einsum_routing_train", "gather": "gather_routing_train"},
    ),
    "dispatch": ("dispatch", {"copy": "copy", "copy in place": "copy_in_place"}),
    "layer_forward": (
        "layer, forward",
        {
            "one-hot einsums": "einsum_forward",
            "gather": "gather_forward",
            "expert products": "matmuls_forward",
            "dense layer": "dense_forward",
        },
    ),
    "layer_train": (
        "layer, training",
        {
            "one-hot einsums": "einsum_train",
            "gather": "gather_train",
            "expert products": "matmuls_train",
            "dense layer": "dense_train",
        },
    ),
    "dropless_train": (
        "dropless layer, training",
        {"expert products": "matmuls_train", "dense layer": "dense_train"},
    ),
}

HERE = Path(__file__).absolute().parent
ENVIRONMENT = {"PYTHONPATH": os.pathsep.join(sys.path), "TF_CPP_MIN_LOG_LEVEL": "2"}


def case_of(figure: str, experts: int) -> Case:
    return Case(f"{FIGURES[figure][0]}, {experts} experts", "ms", higher_is_better=False)


def make_contenders() -> tuple[Contender, list[Contender]]:
    """Frazo measures; its peers tell what was measured beside it, in the same process."""
    programs = {
        experts: make_contender(
            "Frazo",
            [sys.executable, str(HERE / "mixture_steps.py"), str(experts)],
            {name: Case(name, "ms", higher_is_better=False) for name in _all_figures()},
            ENVIRONMENT,
        )
        for experts in EXPERTS
    }
    last: dict[int, Mapping[str, float]] = {}
    memory = 0.0

    def measure() -> Measurement:
        nonlocal memory
        memory = 0.0
        for experts, program in programs.items():
            figures, used = program.measure()
            last[experts] = {case.name: value for case, value in figures.items()}
            memory = max(memory, used)
        return taken({figure: figure for figure in FIGURES})

    def taken(names: Mapping[str, str]) -> Measurement:
        if not last:
            raise MeasurementError("nothing was measured")
        return Measurement(
            {
                case_of(figure, experts): last[experts][name]
                for figure, name in names.items()
                for experts in EXPERTS
            },
            memory,
        )

    peers = {
        peer: {figure: of for figure, (_, all_of) in FIGURES.items() if (of := all_of.get(peer))}
        for _, all_peers in FIGURES.values()
        for peer in all_peers
    }
    return Contender("Frazo", measure), [
        Contender(name, lambda names=names: taken(names)) for name, names in peers.items()
    ]


def _all_figures() -> list[str]:
    names = set(FIGURES)
    for _, peers in FIGURES.values():
        names |= set(peers.values())
    return sorted(names)


def main(arguments: Sequence[str]) -> int:
    options = side_by_side.parse_arguments(__doc__, arguments, rounds=1)
    ours, peers = make_contenders()
    return side_by_side.run(lambda: side_by_side.compare(ours, peers, options.rounds), options)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
