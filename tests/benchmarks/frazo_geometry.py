"""Geometry of detection by frazo.geometry.

usage: frazo_geometry.py
"""

import numpy as np
from detection_workload import (
    IOU_THRESHOLD,
    RADIUS,
    Sizes,
    make_boxes,
    make_points,
    make_scores,
    per_second,
)
from figures import print_figures
from frazo import geometry
from frazo.neighbor_choice import NeighborChoice


def keep(boxes: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """The indices of the boxes that NMS keeps, best first."""
    (kept,) = geometry.oriented_nms(
        boxes, scores[:, None], [geometry.ClassNms(IOU_THRESHOLD, 0, len(boxes))]
    )
    return kept


def main() -> None:
    sizes = Sizes()
    anchors, truths = make_boxes(sizes.anchors, 0), make_boxes(sizes.truths, 1)
    candidates, scores = make_boxes(sizes.candidates, 4), make_scores(sizes.candidates)
    points = make_points(sizes.points)
    centers = points[geometry.farthest_points(points, sizes.centers, starts=[0])]
    choice = NeighborChoice(RADIUS, sizes.neighbors, "closest")
    print_figures(
        iou=per_second(
            sizes.anchors * sizes.truths, lambda: geometry.pairwise_iou(anchors, truths)
        ),
        nms=per_second(sizes.candidates, lambda: keep(candidates, scores)),
        farthest=per_second(
            sizes.centers, lambda: geometry.farthest_points(points, sizes.centers, starts=[0])
        ),
        neighbors=per_second(
            sizes.centers,
            lambda: geometry.find_neighbors(points, centers, choice),
        ),
    )


if __name__ == "__main__":
    main()
