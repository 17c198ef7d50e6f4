"""How well boxes in space were detected, as KITTI, Waymo and Lingvo count, without TensorFlow."""

from __future__ import annotations

import dataclasses
import os
from typing import Literal

import numpy as np

from frazo import _core, box_frames

KittiClass = Literal["Car", "Pedestrian", "Cyclist"]
KittiDifficulty = Literal["easy", "moderate", "hard"]
KittiView = Literal["image", "birds_eye", "3d"]

KITTI_LABELS = (
    "Background",
    "Car",
    "Van",
    "Truck",
    "Pedestrian",
    "Person_sitting",
    "Cyclist",
    "Tram",
    "Misc",
    "DontCare",
)
KITTI_CLASSES: tuple[KittiClass, ...] = ("Car", "Pedestrian", "Cyclist")
KITTI_DIFFICULTIES: tuple[KittiDifficulty, ...] = ("easy", "moderate", "hard")
KITTI_VIEWS: tuple[KittiView, ...] = ("image", "birds_eye", "3d")

WaymoClass = Literal["Vehicle", "Pedestrian", "Cyclist"]
WaymoLevel = Literal[1, 2]
WaymoView = Literal["3d", "birds_eye"]

WAYMO_LABELS = ("Unknown", "Vehicle", "Pedestrian", "Sign", "Cyclist")
WAYMO_CLASSES: tuple[WaymoClass, ...] = ("Vehicle", "Pedestrian", "Cyclist")
WAYMO_LEVELS: tuple[WaymoLevel, ...] = (1, 2)
WAYMO_VIEWS: tuple[WaymoView, ...] = ("3d", "birds_eye")

# Points of recall of KITTI's curves: with fewer truths not all are reached.
_KITTI_POINTS = 41
# As core/detection/score/kitti_average_precision.h has it.
_CALIBRATION_BINS = 15


@dataclasses.dataclass(frozen=True)
class KittiTruths:
    """The n objects of a scene that KITTI's label file has, DontCare areas among them.

    A data set that knows no more than KITTI's difficulty d (3 easy, 2 moderate, 1 hard, 0 none)
    gives truncations of 0 and occlusions of 3 - d.

    Attributes:
      boxes: [n, 7], as core/boxes has them: x, y, z, length, width, height in metres, heading in
        radians. Without meaning for DontCare areas.
      image_boxes: [n, 4]: x_min, y_min, x_max, y_max in pixels.
      labels: int [n], indices in KITTI_LABELS.
      truncations: [n], shares that lie outside the image.
      occlusions: int [n], 0 (visible) to 3 (unknown); -1 for DontCare areas.
      alphas: [n], the angles of observation in radians (observation_angles()).
    """

    boxes: np.ndarray
    image_boxes: np.ndarray
    labels: np.ndarray
    truncations: np.ndarray
    occlusions: np.ndarray
    alphas: np.ndarray


@dataclasses.dataclass(frozen=True)
class KittiDetections:
    """The m boxes that were detected in a scene.

    Attributes:
      boxes, image_boxes, labels, alphas: As in KittiTruths. An alpha of -10 is unknown; then no
        orientation similarity is counted.
      scores: [m], higher for those that are surer.
    """

    boxes: np.ndarray
    image_boxes: np.ndarray
    labels: np.ndarray
    scores: np.ndarray
    alphas: np.ndarray


@dataclasses.dataclass(frozen=True)
class Calibration:
    """Detections by their scores, in bins from 0 to 1; the outer bins hold those beyond, too.

    Attributes:
      detections: int64 [bins], hits and false positives.
      hits: int64 [bins].
      mean_scores: float64 [bins]; NaN where there is no detection.
    """

    detections: np.ndarray
    hits: np.ndarray
    mean_scores: np.ndarray

    @classmethod
    def of(cls, scores: np.ndarray, is_hit: np.ndarray) -> Calibration:
        """Counts detections.

        Args:
          scores: [n].
          is_hit: bool [n].
        """
        shares = np.clip(np.asarray(scores, np.float64), 0, 1)
        bins = np.minimum((shares * _CALIBRATION_BINS).astype(np.int64), _CALIBRATION_BINS - 1)
        counts, hits, sums = (
            np.bincount(bins, weights, _CALIBRATION_BINS)
            for weights in (None, np.asarray(is_hit, np.float64), scores)
        )
        return cls(counts.astype(np.int64), hits.astype(np.int64), _means(sums, counts))

    @property
    def expected_error(self) -> float:
        """The mean difference of mean score and share of hits, weighted by detections (ECE; Guo et
        al., "On calibration of modern neural networks", ICML 2017); NaN without detections.
        """
        filled = self.detections > 0
        if not filled.any():
            return float("nan")
        counts = self.detections[filled]
        differences = np.abs(self.mean_scores[filled] - self.hits[filled] / counts)
        return float((counts * differences).sum() / counts.sum())


@dataclasses.dataclass(frozen=True)
class KittiScore:
    """The score of one class, difficulty and view.

    Attributes:
      truths: How many objects count.
      ap_11, ap_40: Average precision in percent, over 11 points of recall (0, 0.1 .. 1), and over
        40 (1/40, 2/40 .. 1).
      aos_11, aos_40: Average orientation similarity in percent, likewise; NaN except in the image.
      thresholds, recalls, precisions, similarities: float64 [points], by rising recall: the lowest
        score that counts, the recall, and the best precision and orientation similarity at this
        recall or a higher one, from 0 to 1. At most 41 points.
      calibration: Of the hits and false positives.
    """

    truths: int
    ap_11: float
    ap_40: float
    aos_11: float
    aos_40: float
    thresholds: np.ndarray
    recalls: np.ndarray
    precisions: np.ndarray
    similarities: np.ndarray
    calibration: Calibration

    @property
    def has_few_truths(self) -> bool:
        """Whether there are fewer truths than points of recall (41). The official kit leaves the
        points at 0 that are not reached, so even perfect detections have less than 100.
        """
        return self.truths < _KITTI_POINTS


class KittiAveragePrecision:
    """Average precision and orientation similarity, as KITTI's official kit counts them.

    core/detection/score/kitti_matching.h has the rules (evaluate_object.cpp): who counts at which
    difficulty, Van and Person_sitting ignored as neighbours, detections in DontCare areas ignored
    in the image, overlaps above 0.7 for cars and 0.5 for the others in all views.
    """

    def __init__(self) -> None:
        self._core = _core.KittiAveragePrecision()

    def add_scene(self, scene: str, truths: KittiTruths, detections: KittiDetections) -> None:
        """Adds a scene.

        Args:
          scene: Its name, for errors.
          truths, detections: What is there, and what was found.

        Raises:
          frazo._core.InvalidArgumentError: An array has the wrong shape, an image box is missing,
            or a number is not finite. The message names the scene, which does not count.
        """
        self._core.add_scene(
            scene,
            _stack(
                scene,
                "truths",
                boxes=(truths.boxes, 7),
                image_boxes=(truths.image_boxes, 4),
                labels=(truths.labels, 0),
                truncations=(truths.truncations, 0),
                occlusions=(truths.occlusions, 0),
                alphas=(truths.alphas, 0),
            ),
            _stack(
                scene,
                "detections",
                boxes=(detections.boxes, 7),
                image_boxes=(detections.image_boxes, 4),
                labels=(detections.labels, 0),
                scores=(detections.scores, 0),
                alphas=(detections.alphas, 0),
            ),
        )

    def result(
        self, *, threads: int | None = None
    ) -> dict[tuple[KittiClass, KittiDifficulty, KittiView], KittiScore]:
        """The scores of all scenes so far.

        Args:
          threads: The number of threads; by default that of the processors that may be used.
        """
        threads = len(os.sched_getaffinity(0)) if threads is None else threads
        truths, means, curves, calibration = self._core.scores(threads=threads)
        return {
            (of_class, difficulty, view): _kitti_score(
                int(truths[c, d, v]), means[c, d, v], curves[c, d, v], calibration[c, d, v]
            )
            for c, of_class in enumerate(KITTI_CLASSES)
            for d, difficulty in enumerate(KITTI_DIFFICULTIES)
            for v, view in enumerate(KITTI_VIEWS)
        }


@dataclasses.dataclass(frozen=True)
class WaymoTruths:
    """The n objects of a frame.

    Attributes:
      boxes: [n, 7], as in KittiTruths.
      labels: int [n], indices in WAYMO_LABELS.
      levels: int [n], 1 or 2; a higher one for an object that nobody has to find.
    """

    boxes: np.ndarray
    labels: np.ndarray
    levels: np.ndarray


@dataclasses.dataclass(frozen=True)
class WaymoDetections:
    """The m boxes that were detected in a frame.

    Attributes:
      boxes, labels: As in WaymoTruths.
      scores: [m], from 0 to 1.
    """

    boxes: np.ndarray
    labels: np.ndarray
    scores: np.ndarray


@dataclasses.dataclass(frozen=True)
class WaymoScore:
    """The score of one class, level and view.

    Attributes:
      truths: How many objects are of this level or a lower one.
      ap, aph: Average precision, and that weighted by heading, in percent.
      recalls, precisions, heading_precisions: float64 [101], from 0 to 1, among the detections of
        at least the scores 0, 0.01 .. 1.
    """

    truths: int
    ap: float
    aph: float
    recalls: np.ndarray
    precisions: np.ndarray
    heading_precisions: np.ndarray


class WaymoAveragePrecision:
    """Average precision, and that weighted by heading, as Waymo's package counts them.

    core/detection/score/waymo_average_precision.h says what is known of the package, what is
    inferred and what is left out.
    """

    def __init__(self) -> None:
        self._core = _core.WaymoAveragePrecision()

    def add_scene(self, scene: str, truths: WaymoTruths, detections: WaymoDetections) -> None:
        """Adds a frame; as KittiAveragePrecision.add_scene does."""
        self._core.add_scene(
            scene,
            _stack(
                scene,
                "truths",
                boxes=(truths.boxes, 7),
                labels=(truths.labels, 0),
                # The binding takes small whole numbers; all from 3 on mean the same.
                levels=(np.minimum(truths.levels, 3), 0),
            ),
            _stack(
                scene,
                "detections",
                boxes=(detections.boxes, 7),
                labels=(detections.labels, 0),
                scores=(detections.scores, 0),
            ),
        )

    def result(self) -> dict[tuple[WaymoClass, WaymoLevel, WaymoView], WaymoScore]:
        """The scores of all frames so far."""
        truths, means, curves = self._core.scores()
        return {
            (of_class, level, view): WaymoScore(
                int(truths[c, k, v]),
                float(means[c, k, v, 0]),
                float(means[c, k, v, 1]),
                *curves[c, k, v].T,
            )
            for c, of_class in enumerate(WAYMO_CLASSES)
            for k, level in enumerate(WAYMO_LEVELS)
            for v, view in enumerate(WAYMO_VIEWS)
        }


@dataclasses.dataclass(frozen=True)
class LingvoTruths:
    """The n objects of all images.

    Attributes:
      boxes: [n, 7], as in KittiTruths.
      images: int [n], the image that each is in.
      ignores: int [n]: 0 counts, 1 is ignored with the detection that finds it, 2 excuses all
        detections that overlap it.
    """

    boxes: np.ndarray
    images: np.ndarray
    ignores: np.ndarray


@dataclasses.dataclass(frozen=True)
class LingvoDetections:
    """The m boxes that were detected in all images.

    Attributes:
      boxes, images: As in LingvoTruths.
      ignores: int [m]: 0 counts, 1 is ignored.
      scores: [m].
    """

    boxes: np.ndarray
    images: np.ndarray
    ignores: np.ndarray
    scores: np.ndarray


@dataclasses.dataclass(frozen=True)
class LingvoScore:
    """What lingvo_average_precision() gives.

    Attributes:
      average_precision: From 0 to 1.
      precisions, recalls: float64 [points].
      hits: bool [m], whether a truth took each detection; with VOC, empty.
    """

    average_precision: float
    precisions: np.ndarray
    recalls: np.ndarray
    hits: np.ndarray


def lingvo_average_precision(
    truths: LingvoTruths,
    detections: LingvoDetections,
    *,
    min_iou: float,
    points: int = 41,
    algorithm: Literal["KITTI", "VOC"] = "KITTI",
) -> LingvoScore:
    """Average precision in 3D by the rules of Lingvo's op AveragePrecision3D.

    It serves to compare figures with those of Lingvo. They are not KITTI's official ones:
    core/detection/score/lingvo_average_precision.h has the rules, and what was decided where Lingvo
    says nothing.

    Args:
      truths, detections: Those of one class.
      min_iou: KITTI's overlaps are above it, VOC's at least that.
      points: Points of recall, at least 2.
      algorithm: The one of Lingvo's two.

    Raises:
      frazo._core.InvalidArgumentError: An array has the wrong shape, or a number is out of its
        range.
    """
    average_precision, curve, hits = _core.lingvo_average_precision(
        _stack(
            "all images",
            "truths",
            boxes=(truths.boxes, 7),
            images=(truths.images, 0),
            ignores=(truths.ignores, 0),
        ),
        _stack(
            "all images",
            "detections",
            boxes=(detections.boxes, 7),
            images=(detections.images, 0),
            ignores=(detections.ignores, 0),
            scores=(detections.scores, 0),
        ),
        min_iou=min_iou,
        points=points,
        algorithm=algorithm,
    )
    precisions, recalls = curve.T
    return LingvoScore(average_precision, precisions, recalls, hits.astype(bool))


def observation_angles(boxes: np.ndarray) -> np.ndarray:
    """KITTI's alpha of boxes in the frame of the lidar, seen from the lidar.

    KITTI sees them from its camera, 0.27 m ahead; used for truths and detections alike, the
    difference of both, which is all that counts, is the same but for far less than a degree.

    Args:
      boxes: [n, 7].

    Returns:
      float64 [n], radians from -pi to pi.
    """
    boxes = np.asarray(boxes, np.float64)
    # A camera whose axes are parallel: its x is the lidar's -y, its y the lidar's -z.
    locations = boxes[:, [1, 2, 0]] * [-1, -1, 1]
    return box_frames.observation_angles(locations, box_frames.other_angle(boxes[:, 6]))


def _kitti_score(
    truths: int, means: np.ndarray, curve: np.ndarray, calibration: np.ndarray
) -> KittiScore:
    thresholds, recalls, precisions, similarities = curve[~np.isnan(curve[:, 0])].T
    detections, hits, score_sums = calibration.T
    ap_11, ap_40, aos_11, aos_40 = (float(mean) for mean in means)
    return KittiScore(
        truths=truths,
        ap_11=ap_11,
        ap_40=ap_40,
        aos_11=aos_11,
        aos_40=aos_40,
        thresholds=thresholds,
        recalls=recalls,
        precisions=precisions,
        similarities=similarities,
        calibration=Calibration(
            detections.astype(np.int64), hits.astype(np.int64), _means(score_sums, detections)
        ),
    )


def _means(sums: np.ndarray, counts: np.ndarray) -> np.ndarray:
    return np.divide(sums, counts, out=np.full(len(counts), np.nan), where=counts > 0)


def _stack(scene: str, noun: str, **columns: tuple[np.ndarray, int]) -> np.ndarray:
    """The arrays side by side, float64 [n, numbers].

    Args:
      columns: The arrays by name; with each its numbers a row, 0 for an array [n].
    """
    arrays = []
    rows = len(columns["boxes"][0])
    for name, (values, width) in columns.items():
        array = np.asarray(values, np.float64)
        shape = (rows, width) if width else (rows,)
        # What is empty may come in any shape.
        if array.shape != shape and (rows or array.size):
            raise _core.InvalidArgumentError(
                f"scene '{scene}': {name} of {noun} have the shape {list(array.shape)}; with {rows}"
                f" boxes they need {list(shape)}"
            )
        arrays.append(array.reshape(rows, width or 1))
    return np.concatenate(arrays, axis=1)
