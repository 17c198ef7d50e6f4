"""KITTI's average precision beside a formulation in NumPy.

    ./bazelw run -c opt //tests/benchmarks:detection_score -- [--json=FILE] [--rounds=3]

80 scenes of 12 truths and about 18 detections: all overlaps, then average precision for 3 classes,
3 difficulties and 3 views; ours with calibration and orientation similarity besides.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks import side_by_side
from tests.benchmarks.figures_program import make_python_contender
from tests.benchmarks.side_by_side import Case, Contender

HERE = Path(__file__).absolute().parent

RATE = Case("KITTI's average precision, one thread", "scenes/s", higher_is_better=True)


def make_contenders() -> tuple[Contender, list[Contender]]:
    programs = {"Frazo": "frazo_kitti_scores.py", "NumPy": "peers/numpy_kitti_scores.py"}
    ours, peer = (
        make_python_contender(name, HERE / program, {"rate": RATE})
        for name, program in programs.items()
    )
    return ours, [peer]


def main(arguments: Sequence[str]) -> int:
    options = side_by_side.parse_arguments(__doc__, arguments)
    ours, peers = make_contenders()
    return side_by_side.run(lambda: side_by_side.compare(ours, peers, options.rounds), options)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
