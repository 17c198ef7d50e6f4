"""KITTI's figures beside the official kit's rules in plain NumPy, and cases by hand of all."""

import math
import subprocess
import sys

import numpy as np
import pytest

from frazo import _core
from frazo.detection_scores import (
    KITTI_CLASSES,
    KITTI_DIFFICULTIES,
    KITTI_LABELS,
    KITTI_VIEWS,
    Calibration,
    KittiAveragePrecision,
    KittiDetections,
    KittiTruths,
    LingvoDetections,
    LingvoTruths,
    WaymoAveragePrecision,
    WaymoDetections,
    WaymoTruths,
    lingvo_average_precision,
    observation_angles,
)

MIN_OVERLAPS = {"Car": 0.7, "Pedestrian": 0.5, "Cyclist": 0.5}
NEIGHBOURS = {"Car": "Van", "Pedestrian": "Person_sitting", "Cyclist": None}
MIN_HEIGHTS = {"easy": 40, "moderate": 25, "hard": 25}
MAX_OCCLUSIONS = {"easy": 0, "moderate": 1, "hard": 2}
MAX_TRUNCATIONS = {"easy": 0.15, "moderate": 0.3, "hard": 0.5}
SIZES = {"Car": (4, 1.8, 1.5), "Van": (4.5, 2, 2), "Pedestrian": (0.8, 0.7, 1.7)}


def corners(box):
    x, y, _, length, width, _, heading = box
    along = np.array([math.cos(heading), math.sin(heading)])
    across = np.array([-along[1], along[0]])
    return [
        np.array([x, y]) + a * length / 2 * along + b * width / 2 * across
        for a, b in ((1, 1), (-1, 1), (-1, -1), (1, -1))
    ]


def cross(a, b):
    return a[0] * b[1] - a[1] * b[0]


def ground_intersection(a, b):
    """Cuts a's rectangle by each side of b's, and takes the area of what is left."""
    polygon, sides = corners(a), corners(b)
    for start, end in zip(sides, sides[1:] + sides[:1], strict=True):
        inside = [cross(end - start, point - start) for point in polygon]
        cut = []
        for k, point in enumerate(polygon):
            previous = polygon[k - 1]
            if (inside[k] >= 0) != (inside[k - 1] >= 0):
                share = inside[k - 1] / (inside[k - 1] - inside[k])
                cut.append(previous + share * (point - previous))
            if inside[k] >= 0:
                cut.append(point)
        polygon = cut
        if not polygon:
            return 0.0
    return sum(cross(polygon[k - 1], polygon[k]) for k in range(len(polygon))) / 2


def overlap(view, box, image_box, other, other_image_box):
    if view == "image":
        common = image_intersection(image_box, other_image_box)
        return common / (area(image_box) + area(other_image_box) - common) if common else 0.0
    if min(*box[3:6], *other[3:6]) <= 0 or np.hypot(*(box[:2] - other[:2])) > 10:
        return 0.0
    common = ground_intersection(box, other)
    sizes = [b[3] * b[4] for b in (box, other)]
    if view == "3d":
        top = min(box[2] + box[5] / 2, other[2] + other[5] / 2)
        bottom = max(box[2] - box[5] / 2, other[2] - other[5] / 2)
        common *= max(top - bottom, 0)
        sizes = [size * b[5] for size, b in zip(sizes, (box, other), strict=True)]
    return common / (sum(sizes) - common)


def area(image_box):
    return (image_box[2] - image_box[0]) * (image_box[3] - image_box[1])


def image_intersection(a, b):
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    return width * height if width > 0 and height > 0 else 0.0


def kinds_of_truths(truths, of_class, difficulty):
    """0 counts, 1 is ignored, -1 has nothing to do with the class."""
    kinds = []
    for k in range(len(truths.labels)):
        name = KITTI_LABELS[truths.labels[k]]
        height = truths.image_boxes[k][3] - truths.image_boxes[k][1]
        hard = (
            truths.occlusions[k] > MAX_OCCLUSIONS[difficulty]
            or truths.truncations[k] > MAX_TRUNCATIONS[difficulty]
            or height <= MIN_HEIGHTS[difficulty]
        )
        if name == of_class:
            kinds.append(1 if hard else 0)
        else:
            kinds.append(1 if name == NEIGHBOURS[of_class] else -1)
    return kinds


def kinds_of_detections(detections, of_class, difficulty):
    kinds = []
    for k in range(len(detections.labels)):
        height = int(abs(detections.image_boxes[k][3] - detections.image_boxes[k][1]))
        if height < MIN_HEIGHTS[difficulty]:
            kinds.append(1)
        else:
            kinds.append(0 if KITTI_LABELS[detections.labels[k]] == of_class else -1)
    return kinds


def match(scene, case, kinds_of_both, overlaps, threshold=None):
    """One image: (scores of hits, hits, false positives, misses, similarity).

    Without a threshold each truth takes the best score, with one the greatest overlap.
    """
    truths, detections = scene
    of_class, _, view = case
    truth_kinds, kinds = kinds_of_both
    least = MIN_OVERLAPS[of_class]
    above = [threshold is None or score >= threshold for score in detections.scores]
    taken = [False] * len(kinds)
    scores, misses, similarity = [], 0, 0.0
    for i, truth_kind in enumerate(truth_kinds):
        if truth_kind == -1:
            continue
        free = [
            j
            for j, kind in enumerate(kinds)
            if kind != -1 and above[j] and not taken[j] and overlaps[j, i] > least
        ]
        counting = [j for j in free if kinds[j] == 0]
        if not free:
            misses += truth_kind == 0
            continue
        if threshold is None:
            chosen = max(free, key=lambda j: detections.scores[j])
        elif counting:
            chosen = max(counting, key=lambda j, i=i: overlaps[j, i])
        else:
            chosen = free[0]
        taken[chosen] = True
        if truth_kind == 0 and kinds[chosen] == 0:
            scores.append(detections.scores[chosen])
            similarity += (1 + math.cos(truths.alphas[i] - detections.alphas[chosen])) / 2
    false = [j for j, kind in enumerate(kinds) if kind == 0 and above[j] and not taken[j]]
    if view == "image":
        areas = truths.image_boxes[truths.labels == KITTI_LABELS.index("DontCare")]
        false = [
            j
            for j in false
            if not any(
                image_intersection(detections.image_boxes[j], other)
                > least * area(detections.image_boxes[j])
                for other in areas
            )
        ]
    return scores, len(scores), len(false), misses, similarity


def thresholds_of(scores, truths):
    scores = sorted(scores, reverse=True)
    chosen, recall = [], 0.0
    for i, score in enumerate(scores):
        is_last = i == len(scores) - 1
        left, right = (i + 1) / truths, (i + 1 if is_last else i + 2) / truths
        if not is_last and right - recall < recall - left:
            continue
        chosen.append(score)
        recall += 1 / 40
    return chosen


def official(scenes, overlaps, case):
    """(truths, ap_11, ap_40, aos_11, aos_40) of the kit."""
    of_class, difficulty, _ = case
    kinds = [
        (kinds_of_truths(t, of_class, difficulty), kinds_of_detections(d, of_class, difficulty))
        for t, d in scenes
    ]
    truths = sum(truth_kinds.count(0) for truth_kinds, _ in kinds)
    images = list(zip(scenes, [case] * len(scenes), kinds, overlaps, strict=True))
    scores = [score for image in images for score in match(*image)[0]]
    precisions, similarities = np.zeros(41), np.zeros(41)
    for k, threshold in enumerate(thresholds_of(scores, truths)):
        hits, false, _, similarity = np.sum([match(*i, threshold)[1:] for i in images], axis=0)
        if hits + false:
            precisions[k], similarities[k] = hits / (hits + false), similarity / (hits + false)
    figures = [truths]
    for values in (precisions, similarities):
        values = np.maximum.accumulate(values[::-1])[::-1]
        figures += [100 * values[::4].sum() / 11, 100 * values[1:].sum() / 40]
    return figures


def all_overlaps(truths, detections, view):
    return np.array(
        [
            [
                overlap(view, box, image_box, other, other_image_box)
                for other, other_image_box in zip(truths.boxes, truths.image_boxes, strict=True)
            ]
            for box, image_box in zip(detections.boxes, detections.image_boxes, strict=True)
        ]
    ).reshape(len(detections.boxes), len(truths.boxes))


def random_scene(random):
    """Objects in a narrow street, so that they overlap, with detections near and far from them."""
    names = ["Car", "Van", "Pedestrian", "Person_sitting", "Cyclist", "DontCare", "Truck"]
    shares = [0.3, 0.08, 0.22, 0.08, 0.17, 0.1, 0.05]
    labels = random.choice(names, size=random.integers(0, 9), p=shares)
    boxes, image_boxes = random_boxes(random, labels)
    truths = KittiTruths(
        boxes=boxes,
        image_boxes=image_boxes,
        labels=np.array([KITTI_LABELS.index(name) for name in labels], np.int64),
        truncations=random.choice([0, 0, 0, 0.1, 0.2, 0.4, 0.6], size=len(labels)),
        occlusions=random.choice([0, 0, 0, 0, 1, 2, 3], size=len(labels)),
        alphas=random.uniform(-np.pi, np.pi, len(labels)),
    )
    boxes[labels == "DontCare"] = [-1000, -1000, -1000, -1, -1, -1, -10]
    return truths, random_detections(random, truths)


def random_boxes(random, labels):
    sizes = np.array([SIZES.get(name, (1.8, 0.7, 1.7)) for name in labels]).reshape(-1, 3)
    count = len(labels)
    places = random.uniform([5, -3, -1], [25, 3, -0.5], (count, 3))
    boxes = np.concatenate([places, sizes, random.uniform(-4, 4, (count, 1))], axis=1)
    widths, heights = random.uniform(20, 90, count), random.uniform(15, 75, count)
    left, top = random.uniform(0, 300, count), random.uniform(0, 30, count)
    return boxes, np.stack([left, top, left + widths, top + heights], axis=1)


def random_detections(random, truths):
    kept = np.flatnonzero(random.random(len(truths.labels)) < 0.8)
    # Some are found twice.
    kept = np.concatenate([kept, kept[random.random(len(kept)) < 0.4]])
    near = truths.boxes[kept] + random.normal(size=(len(kept), 7)) * 0.05
    near_image = truths.image_boxes[kept] + random.normal(size=(len(kept), 4)) * 2
    names = random.choice(["Car", "Pedestrian", "Cyclist"], size=random.integers(0, 5))
    far, far_image = random_boxes(random, names)
    labels = [KITTI_LABELS[label] for label in truths.labels[kept]]
    renamed = {"Van": "Car", "Person_sitting": "Pedestrian", "DontCare": "Car", "Truck": "Tram"}
    labels = [renamed.get(name, name) for name in labels] + list(names)
    count = len(labels)
    return KittiDetections(
        boxes=np.concatenate([near, far]),
        image_boxes=np.concatenate([near_image, far_image]),
        labels=np.array([KITTI_LABELS.index(name) for name in labels], np.int64),
        # Few scores make ties.
        scores=random.integers(0, 50, count) / 50,
        alphas=np.concatenate(
            [truths.alphas[kept] + random.normal(size=len(kept)), random.uniform(-3, 3, len(far))]
        ),
    )


def scored(scenes):
    precision = KittiAveragePrecision()
    for k, (truths, detections) in enumerate(scenes):
        precision.add_scene(f"{k:06}", truths, detections)
    return precision.result(threads=2)


CASES = [(c, d, v) for c in KITTI_CLASSES for d in KITTI_DIFFICULTIES for v in KITTI_VIEWS]


@pytest.mark.parametrize(("seed", "count"), [(1, 200), (2, 50), (3, 5), (4, 1)])
def test_the_figures_are_those_of_the_official_kit(seed, count):
    random = np.random.default_rng(seed)
    scenes = [random_scene(random) for _ in range(count)]
    result = scored(scenes)
    overlaps = {view: [all_overlaps(*scene, view) for scene in scenes] for view in KITTI_VIEWS}
    assert list(result) == CASES
    for case in CASES:
        score = result[case]
        truths, ap_11, ap_40, aos_11, aos_40 = official(scenes, overlaps[case[2]], case)
        assert score.truths == truths, case
        assert score.has_few_truths == (truths < 41)
        np.testing.assert_allclose([score.ap_11, score.ap_40], [ap_11, ap_40], 1e-12, err_msg=case)
        if case[2] == "image":
            ours = [score.aos_11, score.aos_40]
            np.testing.assert_allclose(ours, [aos_11, aos_40], 1e-12, err_msg=case)
        else:
            assert math.isnan(score.aos_11)
    if count == 200:
        # The scenes are neither too easy nor too hard to tell rules apart.
        assert all(5 < result[case].ap_40 < 95 for case in CASES)
        assert not result["Car", "easy", "3d"].has_few_truths


def pedestrians(count):
    boxes = np.tile([10.0, 0, -1, 0.8, 0.7, 1.7, 0.5], (count, 1))
    boxes[:, 1] = 3 * np.arange(count)
    alphas = observation_angles(boxes)
    left = 50.0 * np.arange(count)
    image_boxes = np.stack([left, 0 * left, left + 30, 0 * left + 60], axis=1)
    labels = np.full(count, KITTI_LABELS.index("Pedestrian"))
    truths = KittiTruths(boxes, image_boxes, labels, np.zeros(count), np.zeros(count), alphas)
    scores = 1 - np.arange(count) / 100
    return truths, KittiDetections(boxes.copy(), image_boxes, labels, scores, alphas)


def test_perfect_detections_have_a_hundred_if_there_are_truths_for_all_points():
    result = scored([pedestrians(20), pedestrians(21)])
    for difficulty in KITTI_DIFFICULTIES:
        for view in KITTI_VIEWS:
            score = result["Pedestrian", difficulty, view]
            assert (score.truths, score.has_few_truths) == (41, False)
            np.testing.assert_allclose([score.ap_11, score.ap_40], 100)
        np.testing.assert_allclose(result["Pedestrian", difficulty, "image"].aos_40, 100)
    few = scored([pedestrians(21)])["Pedestrian", "easy", "3d"]
    assert few.has_few_truths
    # The points 0 .. 20 of 0 .. 40 are reached.
    np.testing.assert_allclose(few.ap_40, 100 * 20 / 40)


def test_curves_and_calibration_by_hand():
    truths, detections = pedestrians(4)
    detections.scores[:] = [0.9, 0.9, 0.5, 0.1]
    # The third is nowhere near.
    detections.boxes[2, 0] += 9
    truths.boxes[2, 0] -= 9
    score = scored([(truths, detections)])["Pedestrian", "hard", "birds_eye"]
    np.testing.assert_array_equal(score.thresholds, [0.9, 0.9, 0.1])
    np.testing.assert_array_equal(score.recalls, [0.5, 0.5, 0.75])
    np.testing.assert_array_equal(score.precisions, [1, 1, 0.75])
    calibration = score.calibration
    assert calibration.detections.tolist() == [0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 2, 0]
    assert calibration.hits.tolist() == [0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0]
    np.testing.assert_allclose(calibration.mean_scores[[1, 7, 13]], [0.1, 0.5, 0.9])
    # |0.1 - 1|, |0.5 - 0| and twice |0.9 - 1|.
    np.testing.assert_allclose(calibration.expected_error, (0.9 + 0.5 + 0.2) / 4)
    assert math.isnan(scored([])["Car", "easy", "3d"].calibration.expected_error)


def test_calibration_of_scores_and_hits():
    # The last of 15 bins has 14 / 15 and all above; scores beyond 0 and 1 are in the outer bins.
    scores = np.array([-1, 0.06, 14 / 15, 1, 2])
    calibration = Calibration.of(scores, np.array([False, True, False, True, True]))
    assert calibration.detections.tolist() == [2, *[0] * 12, 0, 3]
    assert calibration.hits.tolist() == [1, *[0] * 12, 0, 2]
    np.testing.assert_allclose(calibration.mean_scores[[0, 14]], [-0.47, (14 / 15 + 3) / 3])
    assert math.isnan(Calibration.of(np.zeros(0), np.zeros(0)).expected_error)


def test_errors_name_the_scene_and_the_array():
    truths, detections = pedestrians(2)
    precision = KittiAveragePrecision()
    missing = KittiTruths(**{**vars(truths), "image_boxes": np.full((2, 4), np.nan)})
    with pytest.raises(_core.InvalidArgumentError, match="scene '000003': truth 0 has the image"):
        precision.add_scene("000003", missing, detections)
    shorter = KittiDetections(**{**vars(detections), "image_boxes": np.zeros((0, 4))})
    expected = r"scene 'b': image_boxes of detections have the shape \[0, 4\]; .* need \[2, 4\]"
    with pytest.raises(_core.InvalidArgumentError, match=expected):
        precision.add_scene("b", truths, shorter)
    unlabelled = KittiTruths(**{**vars(truths), "labels": np.array([4, 12])})
    with pytest.raises(_core.InvalidArgumentError, match="scene 'c': truth 1 has the label 12"):
        precision.add_scene("c", unlabelled, detections)
    assert precision.result()["Pedestrian", "easy", "3d"].truths == 0


def test_angles_of_observation():
    # Ahead, facing away: the camera sees its back, KITTI's -pi/2. To the left, facing left: as well.
    boxes = np.array([[10, 0, 0, 4, 2, 1.5, 0], [0, 10, 0, 4, 2, 1.5, np.pi / 2]])
    np.testing.assert_allclose(observation_angles(boxes), [-np.pi / 2, -np.pi / 2])


def test_waymos_figures_by_hand():
    boxes = np.array([[0, 0, 0, 4, 2, 2, 0], [10, 0, 0, 4, 2, 2, 0], [20, 0, 0, 1, 1, 2, 0.0]])
    turned = boxes + np.array([0, 0, 0, 0, 0, 0, np.pi])
    precision = WaymoAveragePrecision()
    precision.add_scene(
        "frame",
        WaymoTruths(boxes, np.array([1, 1, 2]), np.array([1, 2, 999])),
        WaymoDetections(turned[[0, 2]], np.array([1, 2]), np.array([0.9, 0.5])),
    )
    result = precision.result()
    assert len(result) == 3 * 2 * 2
    for view in ("3d", "birds_eye"):
        easy, hard = result["Vehicle", 1, view], result["Vehicle", 2, view]
        assert (easy.truths, hard.truths) == (1, 2)
        np.testing.assert_allclose([easy.ap, hard.ap, easy.aph, hard.aph], [100, 50, 0, 0])
        np.testing.assert_array_equal(hard.recalls, [0.5] * 91 + [0] * 10)
        np.testing.assert_array_equal(hard.precisions, [1] * 91 + [0] * 10)
        # Nobody had to find the pedestrian, who was found.
        walker = result["Pedestrian", 2, view]
        assert walker.truths == 0
        np.testing.assert_allclose([walker.ap, result["Cyclist", 2, view].ap], [100, 0])
    bad = WaymoTruths(boxes, np.array([1, 1, 2]), np.array([1, 0, 1]))
    none = WaymoDetections(np.zeros((0, 7)), np.zeros(0), np.zeros(0))
    with pytest.raises(_core.InvalidArgumentError, match="scene 'f2': truth 1 has the level 0"):
        precision.add_scene("f2", bad, none)


def waymo_frame(number):
    """Returns truths and detections whose numbers are spread evenly: no library draws them."""
    count = 40
    steps = np.arange(1, count + 1)[:, np.newaxis] + count * number
    spread = steps * np.sqrt([2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43]) % 1
    ranges, least = [40, 40, 1, 3, 1, 1, 2 * np.pi], [-20, -20, 0, 2, 1.5, 1.5, -np.pi]
    boxes = spread[:, :7] * ranges + least
    # Vehicles are larger.
    boxes[::3, 3:6] *= 2
    found = boxes + (spread[:, 7:] - 0.5) * [0.9, 0.9, 0.4, 0.5, 0.3, 0.3, 0.6]
    found[::5, 6] += np.pi
    # The last quarter of the objects is not found, the first quarter is found twice.
    again = np.add(found[: count // 4], [0.3, 0.2, 0, 0, 0, 0, 0.1])
    found = np.concatenate([found[: -count // 4], again])
    index = np.arange(count)
    labels = np.array([1, 2, 4])[index % 3]
    of_found = np.concatenate([index[: -count // 4], index[: count // 4]])
    scores = np.concatenate([spread[: -count // 4, 13], spread[: count // 4, 12]])
    truths = WaymoTruths(boxes, labels, 1 + (index % 4 == 1))
    return truths, WaymoDetections(found, labels[of_found], scores)


# What detection_metrics() of the package waymo-open-dataset-tf-2-12-0 1.6.7 says of the frames 0 to
# 9 (OBJECT_TYPE, the 101 cutoffs, TYPE_HUNGARIAN, an IoU of 0.7 for vehicles and 0.5 for others,
# TYPE_3D and TYPE_2D): AP, APH, and hits, false positives and misses at the cutoff 0.5.
WAYMOS_FIGURES = {
    ("Vehicle", 1, "3d"): (0.5222577, 0.4005624, 52, 20, 68),
    ("Vehicle", 2, "3d"): (0.4803427, 0.3684043, 52, 20, 88),
    ("Pedestrian", 1, "3d"): (0.7007089, 0.5576262, 50, 12, 55),
    ("Pedestrian", 2, "3d"): (0.6281838, 0.4980335, 50, 12, 80),
    ("Cyclist", 1, "3d"): (0.5982012, 0.4654651, 48, 16, 66),
    ("Cyclist", 2, "3d"): (0.5714883, 0.4429299, 48, 16, 82),
    ("Vehicle", 1, "birds_eye"): (0.5967499, 0.4617287, 56, 16, 65),
    ("Vehicle", 2, "birds_eye"): (0.5513080, 0.4266099, 56, 16, 84),
    ("Pedestrian", 1, "birds_eye"): (0.7377751, 0.5909927, 53, 9, 54),
    ("Pedestrian", 2, "birds_eye"): (0.6686289, 0.5338440, 53, 9, 77),
    ("Cyclist", 1, "birds_eye"): (0.6429530, 0.5045932, 51, 13, 64),
    ("Cyclist", 2, "birds_eye"): (0.6249620, 0.4887139, 51, 13, 79),
}


def test_waymos_figures_are_those_of_its_package():
    precision = WaymoAveragePrecision()
    for number in range(10):
        precision.add_scene(f"frame{number}", *waymo_frame(number))
    for key, score in precision.result().items():
        ap, aph, hits, false_positives, misses = WAYMOS_FIGURES[key]
        np.testing.assert_allclose([score.ap, score.aph], [100 * ap, 100 * aph], atol=1e-4)
        assert score.recalls[50] == pytest.approx(hits / (hits + misses)), key
        assert score.precisions[50] == pytest.approx(hits / (hits + false_positives)), key


def perfect_of_lingvo(count):
    boxes = np.tile([0.0, 0, 0, 1, 1, 1, 0], (count, 1))
    images, ignores = np.arange(count), np.zeros(count, int)
    scores = 1 - images / 100
    return LingvoTruths(boxes, images, ignores), LingvoDetections(boxes, images, ignores, scores)


@pytest.mark.parametrize("count", [1, 10, 41, 60])
def test_lingvos_figures_of_perfect_detections(count):
    kitti = lingvo_average_precision(*perfect_of_lingvo(count), min_iou=0.7)
    np.testing.assert_allclose(kitti.average_precision, min(count, 41) / 41)
    np.testing.assert_allclose(kitti.recalls, np.arange(41) / 40)
    np.testing.assert_array_equal(kitti.precisions, np.arange(41) < count)
    assert kitti.hits.all()
    assert kitti.hits.shape == (count,)
    voc = lingvo_average_precision(*perfect_of_lingvo(count), min_iou=0.7, algorithm="VOC")
    np.testing.assert_allclose(voc.average_precision, 1)
    assert voc.hits.shape == (0,)


def test_lingvos_errors():
    truths, detections = perfect_of_lingvo(2)
    with pytest.raises(_core.InvalidArgumentError, match="no algorithm is called 'COCO'"):
        lingvo_average_precision(truths, detections, min_iou=0.5, algorithm="COCO")
    truths.ignores[1] = 3
    with pytest.raises(_core.InvalidArgumentError, match="truth 1 has the ignore 3"):
        lingvo_average_precision(truths, detections, min_iou=0.5)
    short = LingvoDetections(detections.boxes, detections.images[:1], np.zeros(2), np.zeros(2))
    with pytest.raises(_core.InvalidArgumentError, match=r"images of detections .* \[1\]"):
        lingvo_average_precision(truths, short, min_iou=0.5)


def test_it_does_not_need_tensorflow():
    program = "import sys, frazo.detection_scores; assert 'tensorflow' not in sys.modules"
    subprocess.run(
        [sys.executable, "-c", program], check=True, env={"PYTHONPATH": ":".join(sys.path)}
    )
