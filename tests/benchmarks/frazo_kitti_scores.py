"""KITTI's average precision by frazo.detection_scores, with one thread, as NumPy has.

usage: frazo_kitti_scores.py
"""

import numpy as np
from figures import print_figures
from frazo.detection_scores import KittiAveragePrecision, KittiDetections, KittiTruths
from kitti_scenes import Objects, scenes_per_second


def score(scenes: list[tuple[Objects, Objects]]) -> np.ndarray:
    """Average precision at 40 points, percent: [classes, difficulties, views]."""
    precision = KittiAveragePrecision()
    for number, (truths, detections) in enumerate(scenes):
        precision.add_scene(
            str(number),
            KittiTruths(
                truths.boxes,
                truths.image_boxes,
                truths.labels,
                truths.truncations,
                truths.occlusions,
                truths.alphas,
            ),
            KittiDetections(
                detections.boxes,
                detections.image_boxes,
                detections.labels,
                detections.scores,
                detections.alphas,
            ),
        )
    result = precision.result(threads=1)
    return np.array([score.ap_40 for score in result.values()]).reshape(3, 3, 3)


if __name__ == "__main__":
    print_figures(rate=scenes_per_second(score))
