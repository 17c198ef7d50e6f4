"""Which objects of a scene its detections find."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
from frazo.geometry import pairwise_iou
from frazo.tasks.car.scene import SceneObject

Verdict = Literal[
    "right", "found already", "too little overlap", "another class", "nothing is there"
]

# KITTI and Waymo ask for more of cars than of others.
_LEAST_IOU, _LEAST_IOU_OF_CARS = 0.5, 0.7
_CARS = ("Car", "Van", "Truck", "Tram", "Vehicle")


class Match(NamedTuple):
    """What a detection has to do with the objects of its scene.

    Attributes:
      iou: The intersection over union in 3D with the object `truth`, from 0 to 1.
      truth: The index of the object that the detection finds, or else of the one that it overlaps
        most; None if it overlaps none.
      verdict: "right" if it finds the object, or else why not.
    """

    iou: float
    truth: int | None
    verdict: Verdict


def match_detections(
    truths: Sequence[SceneObject], detections: Sequence[SceneObject]
) -> list[Match]:
    """Returns the match of each detection.

    Detections choose in the order of falling scores. Each takes, among the objects of its class
    that no other took, the one with the largest IoU in 3D, if that is above 0.7 for cars and like
    vehicles and 0.5 for others. So a detection finds the same object, whatever the least score of
    those that are shown. KITTI's and Waymo's scores match for each least score anew, and may differ
    where objects overlap.
    """
    ious = pairwise_iou(_boxes(detections), _boxes(truths), threads=1)
    names = np.array([each.label for each in truths], object)
    is_free = np.ones(len(truths), bool)
    matches = [Match(0.0, None, "nothing is there")] * len(detections)
    scores = [each.score or 0.0 for each in detections]
    for index in np.argsort(np.negative(scores), kind="stable") if truths else ():
        label = detections[index].label
        least = _LEAST_IOU_OF_CARS if label in _CARS else _LEAST_IOU
        candidates = np.where(is_free & (names == label), ious[index], 0)
        best = int(np.argmax(candidates))
        if candidates[best] > least:
            is_free[best] = False
            matches[index] = Match(float(ious[index, best]), best, "right")
        elif ious[index].any():
            matches[index] = _miss(ious[index], names == label, least)
    return matches


def _miss(ious: np.ndarray, is_of_class: np.ndarray, least: float) -> Match:
    nearest = int(np.argmax(ious))
    verdict: Verdict = "another class"
    if is_of_class[nearest]:
        verdict = "found already" if ious[nearest] > least else "too little overlap"
    return Match(float(ious[nearest]), nearest, verdict)


def _boxes(objects: Sequence[SceneObject]) -> np.ndarray:
    return np.array([each.box for each in objects], np.float64).reshape(-1, 7)
