"""The curves behind scores of detections, as values that JSON can hold.

rules              "KITTI" or "Waymo"
precision_recall   a curve for each class, difficulty and view:
  class, difficulty, view, truths
  average_precision  in percent; null without truths
  recalls            rising, from 0 to 1
  precisions         the best ones at this recall or a higher one, from 0 to 1
  thresholds         the least scores that reach these
calibration        a curve for each class, in 3D, of the difficulty that includes the others:
  class, difficulty
  expected_error     null without detections
  detections, hits   by score, in bins of equal width from 0 to 1
  mean_scores        null in a bin without detections
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from frazo.detection_scores import (
    WAYMO_LEVELS,
    Calibration,
    KittiClass,
    KittiDifficulty,
    KittiScore,
    KittiView,
    WaymoClass,
    WaymoLevel,
    WaymoScore,
    WaymoView,
)

_DIGITS = 6


def kitti_curves(
    scores: Mapping[tuple[KittiClass, KittiDifficulty, KittiView], KittiScore],
    classes: Sequence[str],
) -> dict[str, Any]:
    """Returns the curves of KITTI's scores.

    Args:
      scores: The result of KittiAveragePrecision.
      classes: Names of the classes of which there are curves.
    """
    curves = [
        {
            "class": name,
            "difficulty": difficulty,
            "view": view,
            "truths": score.truths,
            "average_precision": _number(score.ap_40) if score.truths else None,
            "recalls": _numbers(score.recalls),
            "precisions": _numbers(score.precisions),
            "thresholds": _numbers(score.thresholds),
        }
        for (name, difficulty, view), score in scores.items()
        if name in classes
    ]
    calibration = [
        _calibration_curve(name, difficulty, score.calibration)
        for (name, difficulty, view), score in scores.items()
        if name in classes and (difficulty, view) == ("hard", "3d")
    ]
    return {"rules": "KITTI", "precision_recall": curves, "calibration": calibration}


def waymo_curves(
    scores: Mapping[tuple[WaymoClass, WaymoLevel, WaymoView], WaymoScore],
    calibrations: Mapping[str, Calibration],
) -> dict[str, Any]:
    """Returns the curves of Waymo's scores.

    Args:
      scores: The result of WaymoAveragePrecision.
      calibrations: The calibration of each class of which there are curves.
    """
    curves = []
    for (name, level, view), score in scores.items():
        if name not in calibrations:
            continue
        # A higher least score finds less. Where nothing is found there is no precision.
        kept = np.flatnonzero(score.recalls > 0)[::-1]
        best = np.maximum.accumulate(score.precisions[kept][::-1])[::-1]
        curves.append(
            {
                "class": name,
                "difficulty": f"level {level}",
                "view": view,
                "truths": score.truths,
                "average_precision": _number(score.ap) if score.truths else None,
                "recalls": _numbers(score.recalls[kept]),
                "precisions": _numbers(best),
                "thresholds": _numbers(kept / (len(score.recalls) - 1)),
            }
        )
    hardest = f"level {WAYMO_LEVELS[-1]}"
    calibration = [_calibration_curve(name, hardest, each) for name, each in calibrations.items()]
    return {"rules": "Waymo", "precision_recall": curves, "calibration": calibration}


def _calibration_curve(name: str, difficulty: str, calibration: Calibration) -> dict[str, Any]:
    return {
        "class": name,
        "difficulty": difficulty,
        "expected_error": _number(calibration.expected_error),
        "detections": calibration.detections.tolist(),
        "hits": calibration.hits.tolist(),
        "mean_scores": _numbers(calibration.mean_scores),
    }


def _numbers(values: Iterable[float]) -> list[float | None]:
    return [_number(value) for value in values]


def _number(value: float) -> float | None:
    # JSON has no NaN.
    return round(float(value), _DIGITS) if np.isfinite(value) else None
