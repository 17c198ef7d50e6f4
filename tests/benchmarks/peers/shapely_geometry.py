"""The overlap of boxes by shapely's polygons and its tree of rectangles.

usage: shapely_geometry.py
"""

import numpy as np
import shapely
from detection_workload import (
    IOU_THRESHOLD,
    Sizes,
    make_boxes,
    make_scores,
    per_second,
)
from figures import print_figures


def _footprints(boxes: np.ndarray) -> np.ndarray:
    half = boxes[:, None, 3:5] / 2 * np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]])
    cosine, sine = np.cos(boxes[:, 6:]), np.sin(boxes[:, 6:])
    x = cosine * half[..., 0] - sine * half[..., 1]
    y = sine * half[..., 0] + cosine * half[..., 1]
    return shapely.polygons(np.stack([x, y], -1) + boxes[:, None, :2])


def pairwise_iou(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The IoU of volumes, [n, 7], [m, 7] -> [n, m], of pairs whose rectangles meet."""
    a, b = a.astype(np.float64), b.astype(np.float64)
    footprints_a, footprints_b = _footprints(a), _footprints(b)
    i, j = shapely.STRtree(footprints_b).query(footprints_a)
    area = shapely.area(shapely.intersection(footprints_a[i], footprints_b[j]))
    top = np.minimum(a[i, 2] + a[i, 5] / 2, b[j, 2] + b[j, 5] / 2)
    floor = np.maximum(a[i, 2] - a[i, 5] / 2, b[j, 2] - b[j, 5] / 2)
    common = area * np.maximum(top - floor, 0)
    iou = np.zeros([len(a), len(b)])
    iou[i, j] = common / (a[i, 3:6].prod(1) + b[j, 3:6].prod(1) - common)
    return iou


def keep(boxes: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """The indices of the boxes that NMS keeps, best first."""
    overlaps = pairwise_iou(boxes, boxes) > IOU_THRESHOLD
    dropped = np.zeros(len(boxes), bool)
    kept = []
    for i in np.argsort(-scores, kind="stable"):
        if not dropped[i]:
            kept.append(i)
            dropped |= overlaps[i]
    return np.array(kept)


def main() -> None:
    sizes = Sizes()
    anchors, truths = make_boxes(sizes.anchors, 0), make_boxes(sizes.truths, 1)
    candidates, scores = make_boxes(sizes.candidates, 4), make_scores(sizes.candidates)
    print_figures(
        iou=per_second(sizes.anchors * sizes.truths, lambda: pairwise_iou(anchors, truths)),
        nms=per_second(sizes.candidates, lambda: keep(candidates, scores)),
    )


if __name__ == "__main__":
    main()
