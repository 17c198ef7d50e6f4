import numpy as np
import pytest
from frazo.tasks.car.small_scenes import make_batch
from frazo.tasks.car.waymo_scores import WaymoScorer


def scored(turn):
    """Returns the scores of detections that are there but for their headings."""
    batch = make_batch(2, seed=1)
    batch["box_difficulties"][:] = [1, 1, 1, 2, 2, 2]
    scorer = WaymoScorer(["Vehicle"])
    for row in range(2):
        found = [
            {"class": "Vehicle", "score": score, "box": list(np.add(box, [0, 0, 0, 0, 0, 0, turn]))}
            for box, score in zip(batch["boxes"][row], np.linspace(0.9, 0.4, 6), strict=True)
        ]
        of_scene = {name: value[row : row + 1] for name, value in batch.items()}
        scorer.add(of_scene, [{"id": f"scene{row}", "detections": found}])
    return scorer.result()


def test_perfect_detections():
    metrics, signatures, curves = scored(0)
    for name in ("AP_level_1", "AP_level_2", "APH_level_2", "AP_birds_eye_level_2"):
        assert metrics[f"Vehicle/{name}"] == pytest.approx(100)
    assert signatures["Vehicle/AP_level_1"] == "Waymo, 6 objects"
    assert signatures["Vehicle/AP_level_2"] == "Waymo, 12 objects"
    assert all(name.startswith("Vehicle/") for name in metrics)
    # All are right, at scores of 0.9, 0.8 .. 0.4: 0.65 in the mean.
    assert metrics["Vehicle/calibration_error"] == pytest.approx(0.35)
    assert {each["class"] for each in curves["precision_recall"]} == {"Vehicle"}
    (calibration,) = curves["calibration"]
    assert sum(calibration["hits"]) == 12


def test_without_a_detection_nothing_is_calibrated():
    batch = make_batch(1, seed=1)
    scorer = WaymoScorer(["Vehicle"])
    scorer.add(batch, [{"id": "scene0", "detections": []}])
    assert "Vehicle/calibration_error" not in scorer.result().metrics


def test_scenes_without_labels_do_not_count():
    batch = make_batch(2, seed=1)
    batch["labelled"][1] = 0
    batch["box_difficulties"][:] = 1
    found = {"class": "Vehicle", "score": 0.75, "box": batch["boxes"][0][0].tolist()}
    scorer = WaymoScorer(["Vehicle"])
    scorer.add(batch, [{"id": f"scene{row}", "detections": [found]} for row in range(2)])
    metrics, signatures, _ = scorer.result()
    assert metrics["unlabelled_scenes"] == 1
    # The one detection that counts is right.
    assert metrics["Vehicle/calibration_error"] == pytest.approx(0.25)
    assert signatures["Vehicle/AP_level_1"] == ("Waymo, 6 objects, 1 scene without labels left out")
    scorer = WaymoScorer(["Vehicle"])
    scorer.add(batch | {"labelled": np.zeros(2)}, [{"id": "a", "detections": []}] * 2)
    assert scorer.result() == ({"unlabelled_scenes": 2}, {}, None)


def test_the_wrong_way_round_costs_what_is_weighted_by_heading():
    metrics, _, _ = scored(np.pi)
    assert metrics["Vehicle/AP_level_2"] == pytest.approx(100)
    assert metrics["Vehicle/APH_level_2"] == pytest.approx(0, abs=1e-3)
