"""Curves as a browser draws them."""

import copy
import re

import numpy as np
import pytest
from frazo.program.headless_browser import HeadlessBrowser
from frazo.tasks.car.curve_section import curve_section
from frazo.tasks.car.scene import Scene
from frazo.tasks.car.scene_page import scene_figure, scene_page


def curve(difficulty, truths=40, precision=81.25, recalls=(0.25, 0.5), view="3d"):
    return {
        "class": "Car",
        "difficulty": difficulty,
        "view": view,
        "truths": truths,
        "average_precision": precision,
        "recalls": list(recalls),
        "precisions": [1, 0.75][: len(recalls)],
        "thresholds": [0.9, 0.375][: len(recalls)],
    }


CURVES = {
    "rules": "KITTI",
    "precision_recall": [
        curve("easy"),
        curve("moderate", 0, None, ()),
        curve("hard", 1, 0.0, ()),
        curve("easy", view="image"),
    ],
    "calibration": [
        {
            "class": "Car",
            "difficulty": "hard",
            "expected_error": 0.125,
            "detections": [1500, 0, 0, 4],
            "hits": [15, 0, 0, 3],
            "mean_scores": [0.125, None, None, 0.875],
        }
    ],
}
_POINTING = """
<script>
function point(id, share) {
  const picture = document.querySelector(`#${id} .stage svg`);
  if (picture === null) return;
  const place = picture.getBoundingClientRect();
  // The square of shares begins at 46 of 380 and ends at 368.
  const clientX = place.left + (place.width * (46 + 322 * share)) / 380;
  picture.dispatchEvent(new PointerEvent("pointermove", { clientX, clientY: place.top + 50 }));
}
point("precision_recall", 0.4);
point("calibration", 0.9);
</script>
"""


def show(curves, folder):
    """Returns what a browser makes of the section after the pointer came, without its scripts."""
    figure = scene_figure(Scene("000001", np.zeros([0, 3]), np.zeros(0), [], []))
    section = curve_section(curves, "Of <two> scans.") + _POINTING
    (folder / "page.html").write_text(scene_page("Curves", [figure], section))
    page = HeadlessBrowser(folder).page((folder / "page.html").as_uri())
    body = re.sub(r"<(script|style)\b.*?</\1>", "", page, flags=re.DOTALL)
    assert "NaN" not in body
    assert "undefined" not in body
    return body


@pytest.fixture(name="body", scope="module")
def _body(tmp_path_factory):
    return show(CURVES, tmp_path_factory.mktemp("curves"))


def test_a_line_a_difficulty_with_its_average_precision(body):
    assert "Of &lt;two&gt; scans." in body
    assert "easy: AP 81.3, 40 objects" in body
    assert "moderate: no objects" in body
    assert "hard: AP 0.0, 1 object<" in body
    # x is 46 + 322 recall, y is 260 - 250 precision. The other two have no point, and the image no
    # chart.
    points = re.findall(r'<polyline class="first" points="([^"]*)"', body)
    assert points[0] == "46.0,10.0 126.5,10.0 207.0,72.5 207.0,260.0"
    assert len(points) == 2
    assert body.count("<figcaption") == 2
    assert 'aria-label="precision by recall"' in body


def test_calibration_has_the_number_in_each_bin(body):
    assert "hard: mean distance 0.125" in body
    # 15 of 1,500 are right at a mean score of 0.125, 3 of 4 at 0.875.
    assert 'points="86.3,257.5 327.8,72.5"' in body
    assert re.findall(r'class="count"[^>]*>([^<]*)<', body) == ["1.5k", "4"]


def test_a_pointer_shows_values(body):
    # The first point of a recall of at least 0.4.
    assert "recall 0.40" in body
    assert "easy: precision 0.750, score ≥ 0.38" in body
    assert "hard: not reached" in body
    assert "scores 0.75 to 1.00" in body
    assert "3 of 4 right: 0.750" in body
    assert "mean score 0.875" in body


def test_curves_of_nothing(tmp_path):
    nothing = copy.deepcopy(CURVES)
    nothing["precision_recall"] = [curve("easy", 3, 0.0, ())]
    empty = {"detections": [0] * 4, "hits": [0] * 4, "mean_scores": [None] * 4}
    nothing["calibration"][0] |= {"expected_error": None, **empty}
    body = show(nothing, tmp_path)
    assert "easy: AP 0.0, 3 objects" in body
    assert "hard: no detections" in body
    assert "<polyline" not in body
    none = {"rules": "Waymo", "precision_recall": [], "calibration": []}
    body = show(none, tmp_path)
    assert "finds no class that is scored" in body
    assert "Waymo's scores say nothing of it" in body
