"""Training of a detector beside Keras and Lingvo, in turns.

    ./bazelw run -c opt //tests/benchmarks:detection_training -- [--peers=DIR] [--json=FILE] [--rounds=3]

StarNet at the size of Lingvo's model of KITTI's cars, 20.9 million parameters: a scene of 64
centres with 128 points each, forward, backward and Adam. Ours is the trainer's step, with all
checks. The share of the peak is that of the work as the paper writes it; ours multiplies the
maximum of a cell once, not beside each of its points, and skips the zeros of rectifiers. Every
measurement is a process of its own.
docs/benchmarks.md keeps the last table.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks import side_by_side
from tests.benchmarks.figures_program import find_peer, make_contender, make_python_contender
from tests.benchmarks.side_by_side import Case, Contender

CASES = {
    "rate": Case("detection training", "steps/s", higher_is_better=True),
    "share": Case(
        "detection training", "share of the matrix product's peak", higher_is_better=True
    ),
}

HERE = Path(__file__).absolute().parent
ENVIRONMENT = {"TF_CPP_MIN_LOG_LEVEL": "2"}


# In its graph the peak is not measured.
LINGVO_CASES = {"rate": CASES["rate"]}


def make_contenders(peers: Path | None) -> tuple[Contender, list[Contender]]:
    """Returns us and the peers that are installed."""
    programs = HERE / "peers"
    keras = programs / "keras_detection_training.py"
    others = [make_python_contender("Keras", keras, CASES, ENVIRONMENT)]
    lingvo = find_peer("Lingvo 0.14", peers, "lv13")
    if lingvo is not None:
        command = [str(lingvo), str(programs / "lingvo_detection_training.py")]
        others.append(make_contender("Lingvo 0.14", command, LINGVO_CASES, ENVIRONMENT))
    ours = HERE / "frazo_detection_training.py"
    return make_python_contender("Frazo", ours, CASES, ENVIRONMENT), others


def main(arguments: Sequence[str]) -> int:
    options = side_by_side.parse_arguments(__doc__, arguments)
    ours, peers = make_contenders(options.peers)
    return side_by_side.run(lambda: side_by_side.compare(ours, peers, options.rounds), options)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
