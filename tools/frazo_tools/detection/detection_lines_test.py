"""Lines of decoders, and anything else."""

import json

import pytest
from frazo_tools.detection.detection_lines import Detection, DetectionLineError, read_detections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

BOX = [1, 2, 3, 4, 5, 6, 0.5]


def test_scans_have_their_detections(tmp_path):
    path = tmp_path / "found.jsonl"
    lines = [
        {"id": "a", "detections": [{"class": "Car", "score": 1, "box": BOX, "more": None}]},
        {"id": "b", "detections": [], "objects": [{"class": "Car"}]},
        {
            "id": "c",
            "detections": [{"class": "Van", "score": 0.5, "box": BOX, "image_box": [1, 2, 3, 4]}],
        },
    ]
    path.write_text("\n\n".join(map(json.dumps, lines)))
    assert read_detections(path) == {
        "a": [Detection("Car", 1, (1, 2, 3, 4, 5, 6, 0.5), None)],
        "b": [],
        "c": [Detection("Van", 0.5, (1, 2, 3, 4, 5, 6, 0.5), (1, 2, 3, 4))],
    }


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=7) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
detections = st.fixed_dictionaries(
    {"class": st.just("Car") | values, "score": st.floats() | values, "box": st.just(BOX) | values},
    optional={"image_box": values},
)
lines = st.fixed_dictionaries({"id": st.just("a") | values, "detections": st.lists(detections)})


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines.map(lambda line: json.dumps(line).encode()) | st.binary())
def test_any_line_has_detections_or_is_an_error(tmp_path, line):
    path = tmp_path / "found.jsonl"
    path.write_bytes(line)
    try:
        found = read_detections(path)
    except DetectionLineError as error:
        assert str(error).startswith(f"{path}, line ")
    else:
        assert all(min(each.box[3:6]) > 0 for each in found.get("a", []))


def test_a_deep_line_is_an_error(tmp_path):
    path = tmp_path / "found.jsonl"
    path.write_text("[" * 100000)
    with pytest.raises(DetectionLineError, match="line 1: maximum recursion depth"):
        read_detections(path)
