import numpy as np
import pytest
from frazo.tasks.car.detection_scores import KittiScorer
from frazo.tasks.car.small_scenes import CARS, make_batch

# 42 cars: with fewer than 41 not all points of recall can be reached.
_SCENES = 7


@pytest.fixture(scope="module")
def batch():
    return make_batch(_SCENES, seed=1)


def record_of(batch, row, boxes, scores):
    return {
        "id": f"scene{row}",
        "detections": [
            {"class": "Car", "score": score, "box": list(box), "image_box": list(edges)}
            for box, score, edges in zip(boxes, scores, batch["box_image"][row], strict=True)
        ],
    }


def scored(batch, move=lambda boxes: boxes, classes=("Car",)):
    scorer = KittiScorer(classes)
    scores = np.linspace(0.9, 0.4, CARS)
    records = [record_of(batch, row, move(batch["boxes"][row]), scores) for row in range(_SCENES)]
    scorer.add(batch, records)
    return scorer.result()


def test_perfect_detections_have_all_points(batch):
    metrics, signatures, curves = scored(batch)
    for view in ("AP", "AP_birds_eye", "AP_image", "AP11", "AOS"):
        for difficulty in ("easy", "moderate", "hard"):
            assert metrics[f"Car/{view}_{difficulty}"] == pytest.approx(100), view
    assert signatures["Car/AP_moderate"] == "KITTI, 40 points, 42 objects"
    # Each detection is right, and the scores are 0.65 in the mean.
    assert metrics["Car/calibration_error"] == pytest.approx(0.35)
    assert {each["class"] for each in curves["precision_recall"]} == {"Car"}


def test_detections_too_high_count_from_above(batch):
    # Half of the height away, a box shares a third of the volume of both.
    metrics, _, _ = scored(batch, lambda boxes: np.add(boxes, [0, 0, boxes[0, 5] / 2, 0, 0, 0, 0]))
    assert metrics["Car/AP_moderate"] == 0
    assert metrics["Car/AP_birds_eye_moderate"] == pytest.approx(100)


def test_the_wrong_way_round_costs_orientation_alone(batch):
    metrics, _, _ = scored(batch, lambda boxes: np.add(boxes, [0, 0, 0, 0, 0, 0, np.pi]))
    assert metrics["Car/AP_moderate"] == pytest.approx(100)
    assert metrics["Car/AOS_moderate"] == pytest.approx(0, abs=1e-4)


def test_classes_that_the_model_does_not_find_have_no_score(batch):
    metrics, _, _ = scored(batch, classes=("Car", "Tram"))
    assert {name.split("/")[0] for name in metrics} == {"Car"}


def test_scenes_without_labels_do_not_count(batch):
    labelled = batch["labelled"].copy()
    labelled[2:] = 0
    scorer = KittiScorer(["Car"])
    # What is found where nobody knows the objects would be wrong 30 times.
    records = [record_of(batch, row, batch["boxes"][row], [0.5] * CARS) for row in range(_SCENES)]
    scorer.add(batch | {"labelled": labelled}, records)
    metrics, signatures, curves = scorer.result()
    assert metrics["unlabelled_scenes"] == 5
    # 12 cars reach 12 points of recall, all at a precision of 1; the first is none of the 40.
    assert metrics["Car/AP_hard"] == pytest.approx(100 * 11 / 40)
    assert metrics["Car/calibration_error"] == pytest.approx(0.5)
    assert signatures["Car/AP_hard"] == (
        "KITTI, 40 points, 12 objects, too few to reach all 40 points of recall, 5 scenes without "
        "labels left out"
    )
    assert {each["truths"] for each in curves["precision_recall"]} == {12}


def test_without_any_labels_there_is_no_score(batch):
    scorer = KittiScorer(["Car"])
    records = [record_of(batch, row, batch["boxes"][row], [0.5] * CARS) for row in range(_SCENES)]
    scorer.add(batch | {"labelled": np.zeros(_SCENES, np.int32)}, records)
    assert scorer.result() == ({"unlabelled_scenes": 7}, {}, None)


def test_few_objects_are_mentioned(batch):
    scorer = KittiScorer(["Car"])
    first = {name: value[:1] for name, value in batch.items()}
    scorer.add(first, [record_of(batch, 0, batch["boxes"][0], [0.5] * CARS)])
    signature = scorer.result().signatures["Car/AP_hard"]
    assert signature == "KITTI, 40 points, 6 objects, too few to reach all 40 points of recall"
