"""The farthest points by fpsample's fastest function, on one thread.

usage: fpsample_points.py
"""

import fpsample
import numpy as np
from detection_workload import Sizes, make_points, per_second
from figures import print_figures

# The fastest of 3, 5, 7 and 9 for these points.
_TREE_HEIGHT = 5


def farthest_points(points: np.ndarray, count: int) -> np.ndarray:
    """Farthest point sampling as seen from above, as ours: [p, 3] -> indices [count]."""
    places = np.ascontiguousarray(points[:, :2])
    return fpsample.bucket_fps_kdline_sampling(places, count, h=_TREE_HEIGHT, start_idx=0)


def main() -> None:
    sizes = Sizes()
    points = make_points(sizes.points)
    print_figures(
        farthest=per_second(sizes.centers, lambda: farthest_points(points, sizes.centers))
    )


if __name__ == "__main__":
    main()
