"""The neighbours of centres by scipy's cKDTree, on all processors; the tree is made each time.

usage: scipy_neighbors.py
"""

import numpy as np
from detection_workload import RADIUS, Sizes, make_points, per_second
from figures import print_figures
from scipy.spatial import cKDTree


def farthest_points(points: np.ndarray, count: int) -> np.ndarray:
    """Farthest point sampling from point 0 on: the same centres as the others have."""
    places = points[:, :2].astype(np.float64)
    nearest = np.full(len(places), np.inf)
    chosen = [0]
    while len(chosen) < count:
        nearest = np.minimum(nearest, ((places - places[chosen[-1]]) ** 2).sum(1))
        chosen.append(int(nearest.argmax()))
    return np.array(chosen)


def find_neighbors(points: np.ndarray, centers: np.ndarray, count: int) -> np.ndarray:
    """The closest within the radius, [p, 3], [c, 3] -> [c, count], -1 for none."""
    _, indices = cKDTree(points).query(
        centers, k=count, distance_upper_bound=np.nextafter(RADIUS, np.inf), workers=-1
    )
    return np.where(indices < len(points), indices, -1)


def main() -> None:
    sizes = Sizes()
    points = make_points(sizes.points)
    centers = points[farthest_points(points, sizes.centers)]
    print_figures(
        neighbors=per_second(
            sizes.centers, lambda: find_neighbors(points, centers, sizes.neighbors)
        )
    )


if __name__ == "__main__":
    main()
