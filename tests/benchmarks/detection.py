"""The geometry of detection beside its peers, in turns.

    ./bazelw run -c opt //tests/benchmarks:detection -- [--peers=DIR] [--json=FILE] [--rounds=3]

The IoU of 4,096 boxes with 50 each, non-max suppression of 600 boxes, 512 farthest points of
20,000, and the 128 closest neighbours of each of these within 2.75 metres, by frazo.geometry on
NumPy arrays. Beside it formulations in TensorFlow's own ops, shapely 2's vectorised polygons with
its tree of rectangles, scipy's cKDTree, and fpsample, if --peers has it. TensorFlow, scipy and our
IoU and neighbours use all processors, the others have one thread. Every measurement is a process of
its own.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks import side_by_side
from tests.benchmarks.figures_program import find_peer, make_contender, make_python_contender
from tests.benchmarks.side_by_side import Case, Comparison, Contender

BOX_CASES = {
    "iou": Case("pairwise IoU", "pairs/s", higher_is_better=True),
    "nms": Case("oriented NMS", "boxes/s", higher_is_better=True),
}
NEIGHBOR_CASES = {
    "neighbors": Case("closest neighbours", "centres/s", higher_is_better=True),
}
FARTHEST_CASES = {
    "farthest": Case("farthest points", "centres/s", higher_is_better=True),
}
CASES = {**BOX_CASES, **FARTHEST_CASES, **NEIGHBOR_CASES}

HERE = Path(__file__).absolute().parent


def make_contenders(peers: Path | None) -> tuple[Contender, list[Contender]]:
    """Returns us and the peers.

    Args:
        peers: as in parse_arguments.
    """
    found = [
        make_python_contender("TensorFlow", HERE / "peers/tf_geometry.py", CASES),
        make_python_contender("shapely", HERE / "peers/shapely_geometry.py", BOX_CASES),
        make_python_contender("scipy", HERE / "peers/scipy_neighbors.py", NEIGHBOR_CASES),
    ]
    fpsample = find_peer("fpsample", peers, "env")
    if fpsample is not None:
        command = [str(fpsample), str(HERE / "peers/fpsample_points.py")]
        found.append(make_contender("fpsample", command, FARTHEST_CASES))
    return make_python_contender("Frazo", HERE / "frazo_geometry.py", CASES), found


def main(arguments: Sequence[str]) -> int:
    options = side_by_side.parse_arguments(__doc__, arguments)
    ours, peers = make_contenders(options.peers)

    def measure() -> list[Comparison]:
        return side_by_side.compare(ours, peers, options.rounds)

    return side_by_side.run(measure, options)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
