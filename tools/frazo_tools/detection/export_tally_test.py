"""What exports count."""

import json

import pytest
from frazo_tools.detection.export_tally import ExportTally, sum_reports
from frazo_tools.detection.scene_errors import SceneError


def test_reports_of_shards_are_summed_by_count_class_and_reason():
    first, second = ExportTally("without_image"), ExportTally("without_image")
    first.add(["Car", "Van", "Car"], scans=1, points=10, without_image=1)
    first.leave_out("b", SceneError("no scan", "b.bin"))
    second.add(["Car"], scans=2, points=5, objects=3)
    second.leave_out("c", SceneError("no scan", "c.bin"))
    second.leave_out("a", SceneError("malformed scan", "a.bin"))
    # Reports come back from JSON.
    parts = [json.loads(json.dumps(each.report())) for each in (first, second)]
    assert sum_reports(parts) == {
        "scans": 3,
        "points": 15,
        "objects": 3,
        "objects_without_points": 0,
        "without_image": 1,
        "labels": {"Car": 3, "Van": 1},
        "left_out": {"malformed scan": 1, "no scan": 2},
        "named": [
            {"name": "a", "reason": "malformed scan", "detail": "a.bin"},
            {"name": "b", "reason": "no scan", "detail": "b.bin"},
            {"name": "c", "reason": "no scan", "detail": "c.bin"},
        ],
    }


def test_a_hundred_are_named_and_all_are_counted():
    tally = ExportTally()
    for number in range(150):
        tally.leave_out(f"{number:03d}", SceneError("no scan", str(number)))
    report = sum_reports([tally.report(), tally.report()])
    assert report["left_out"] == {"no scan": 300}
    assert len(report["named"]) == 100


def test_a_count_that_nobody_named_is_an_error():
    with pytest.raises(KeyError, match="pictures"):
        ExportTally().add([], pictures=1)
