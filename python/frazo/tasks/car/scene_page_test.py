"""Pages of scans: what they hold, and what a browser makes of them."""

import base64
import html.parser
import json
import re

import numpy as np
import pytest
import tensorflow as tf
from frazo.program.headless_browser import HeadlessBrowser
from frazo.tasks.car.scene import Scene, SceneObject
from frazo.tasks.car.scene_page import scene_figure, scene_page

CAR = [15, 3, -0.95, 4, 2, 1.5, 0]
HOSTILE = "</script><script>document.title='taken'</script>"


class Page(html.parser.HTMLParser):
    """The contents of a page's scripts, by their class."""

    def __init__(self, text):
        super().__init__()
        self.scripts, self._class = [], None
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        assert not {"src", "href"} & {name for name, _ in attributes}
        if tag == "script":
            self._class = dict(attributes).get("class", "code")
            self.scripts.append((self._class, ""))

    def handle_endtag(self, tag):
        if tag == "script":
            self._class = None

    def handle_data(self, data):
        if self._class is not None:
            self.scripts[-1] = (self._class, self.scripts[-1][1] + data)


def scene(name="000007", points=((1, 2, -1.5), (10, -3, 0.25))):
    points = np.array(points, np.float64)
    truths = [
        SceneObject(CAR, "Car"),
        SceneObject([25, -3, -0.95, 4, 2, 1.5, 0], "Car"),
        SceneObject([25, 8, -0.95, 4, 2, 1.5, 0], "Tram", counts=False),
    ]
    detections = [
        # Half a metre beside the first car: 3.5 / 4.5 of both.
        SceneObject([15.5, 3, -0.95, 4, 2, 1.5, 0], "Car", 0.75),
        SceneObject([30, -5, -1, 0.8, 0.6, 1.7, 1], HOSTILE, 0.25),
    ]
    return Scene(name, points, np.linspace(0, 1, len(points)), truths, detections)


def content_of(figure):
    ((kind, text),) = Page(figure).scripts
    assert kind == "scene"
    return json.loads(text)


def decoded(text, dtype):
    return np.frombuffer(base64.b64decode(text), dtype)


def test_a_figure_holds_the_scene():
    content = content_of(scene_figure(scene(name=HOSTILE)))
    assert content["name"] == HOSTILE
    np.testing.assert_array_equal(
        decoded(content["points"], "<i2").reshape(-1, 3), [[100, 200, -150], [1000, -300, 25]]
    )
    np.testing.assert_array_equal(decoded(content["intensities"], np.uint8), [0, 255])
    assert content["truths"][0] == {"box": CAR, "label": "Car"}
    assert content["truths"][2]["counts"] is False
    first, second = content["detections"]
    match = first["iou"], first["truth"], first["verdict"]
    assert (first["score"], match) == (0.75, (0.778, 0, "right"))
    assert second["label"] == HOSTILE
    assert second["verdict"] == "nothing is there"


def test_what_is_not_known_is_not_judged():
    unknown = content_of(scene_figure(scene()._replace(truths=None)))
    assert unknown["truths"] is None
    assert "verdict" not in unknown["detections"][0]
    assert content_of(scene_figure(scene()._replace(detections=None)))["detections"] is None


def test_points_that_cannot_be_shown_are_left_out():
    nan, inf = float("nan"), float("inf")
    content = content_of(
        scene_figure(scene(points=[(0, 0, nan), (inf, 0, 0), (400, 0, 0), (1, 1, 1)]))
    )
    np.testing.assert_array_equal(decoded(content["points"], "<i2"), [100, 100, 100])


def test_a_large_scan_is_thinned():
    content = content_of(scene_figure(scene(points=np.ones([150_000, 3]))))
    assert len(decoded(content["intensities"], np.uint8)) == 50_000


def test_an_empty_scan_has_no_points():
    content = content_of(scene_figure(Scene("empty", np.zeros([0, 3]), np.zeros(0), [], [])))
    assert (content["points"], content["truths"], content["detections"]) == ("", [], [])


def test_a_box_that_is_not_finite_is_left_out():
    broken = SceneObject([float("nan"), *CAR[1:]], "Car", 0.9)
    content = content_of(scene_figure(scene()._replace(truths=[], detections=[broken])))
    assert content["detections"] == []


def test_a_page_needs_nothing_else():
    page = Page(scene_page(HOSTILE, [scene_figure(scene()), scene_figure(scene())], "<p>below</p>"))
    assert [kind for kind, _ in page.scripts] == ["scene", "scene", "code", "code"]


# Moves the slider through these scores for each scene, and lists what the page then says.
_MOVING = """
<script>
addEventListener("load", () => {
  for (const option of [...document.getElementById("scene").options]) {
    for (const threshold of [0.76, 0.1]) {
      for (const [id, value] of [["scene", option.value], ["threshold", threshold]]) {
        document.getElementById(id).value = value;
        document.getElementById(id).dispatchEvent(new Event("input"));
      }
      const line = document.createElement("pre");
      const verdicts = [...document.querySelectorAll("#boxes td:nth-child(5)")].map((cell) => cell.textContent);
      const colors = document.getElementById("colors").textContent;
      line.textContent = [document.getElementById("counts").textContent, verdicts.join(","), colors].join(" | ");
      document.body.append(line);
    }
  }
});
</script>
"""


@pytest.fixture(name="shown")
def _shown(tmp_path):
    """Returns what a browser makes of a page of scenes, without its scripts."""

    def show(scenes, address="", below=""):
        path = tmp_path / "page.html"
        figures = [scene_figure(each) for each in scenes]
        path.write_text(scene_page("decode_test, step 7", figures, below))
        page = HeadlessBrowser(tmp_path).page(f"{path.as_uri()}{address}")
        body = re.sub(r"<(script|style)\b.*?</\1>", "", page, flags=re.DOTALL)
        assert "NaN" not in body
        assert "undefined" not in body
        return body

    return show


def test_a_browser_lists_what_the_address_asks_for(shown):
    page = shown([scene(), scene(name=HOSTILE)], "#scene=1&threshold=0.5")
    assert "<title>decode_test, step 7</title>" in page
    assert "2 points; 3 objects, 1 missed; 1 of 2 detections, 1 right" in page
    assert "<td>detection</td><td>Car</td><td>0.750</td><td>0.78</td><td>right</td>" in page
    for verdict in ("found", "missed"):
        assert f"<td>object</td><td>Car</td><td></td><td></td><td>{verdict}</td>" in page
    assert "<td>Tram</td><td></td><td></td><td>not counted</td>" in page


def test_the_least_score_says_what_is_missed(shown):
    scenes = [
        scene(),
        scene()._replace(detections=[]),
        scene()._replace(truths=[]),
        scene()._replace(detections=None),
        scene()._replace(truths=None),
        Scene("empty", np.zeros([0, 3]), np.zeros(0), [], []),
    ]
    lines = re.findall(r"<pre>(.*?)</pre>", shown(scenes, below=_MOVING))
    counts, verdicts, colors = zip(*(line.split(" | ") for line in lines), strict=True)
    assert counts == (
        "2 points; 3 objects, 2 missed; 0 of 2 detections, 0 right",
        "2 points; 3 objects, 1 missed; 2 of 2 detections, 1 right",
        "2 points; 3 objects, 2 missed; 0 of 0 detections, 0 right",
        "2 points; 3 objects, 2 missed; 0 of 0 detections, 0 right",
        "2 points; 0 objects, 0 missed; 0 of 2 detections, 0 right",
        "2 points; 0 objects, 0 missed; 2 of 2 detections, 0 right",
        "2 points; 3 objects",
        "2 points; 3 objects",
        "2 points; no labels; 0 of 2 detections",
        "2 points; no labels; 2 of 2 detections",
        "0 points; 0 objects, 0 missed; 0 of 0 detections, 0 right",
        "0 points; 0 objects, 0 missed; 0 of 0 detections, 0 right",
    )
    assert verdicts[:2] == (
        "missed,missed,not counted",
        "missed,nothing is there,right,found,not counted",
    )
    # Where nobody searched, or nobody knows the objects, there are no verdicts.
    assert (verdicts[7], verdicts[9]) == (",,", ",")
    assert colors[0] == "object, missedobject, not counted"
    assert "detection, wrong" in colors[1]


def test_a_page_without_a_scene_says_so(shown):
    assert "There is no scene" in shown([])


def test_a_browser_draws_points_and_boxes(tmp_path):
    browser = HeadlessBrowser(tmp_path)
    (tmp_path / "page.html").write_text(scene_page("decode_test", [scene_figure(scene())]))
    url = (tmp_path / "page.html").as_uri()
    if "has no WebGL" in browser.page(url):
        pytest.skip("this chromium has no WebGL")
    browser.screenshot(f"{url}#threshold=0.1", tmp_path / "page.png")
    pixels = tf.io.decode_png((tmp_path / "page.png").read_bytes(), channels=3).numpy()
    # Far from the page around the picture.
    drawn = pixels[300:900, 100:1100].reshape(-1, 3).astype(int)
    orange = (drawn[:, 0] > 200) & (np.abs(drawn[:, 1] - 140) < 40) & (drawn[:, 2] < 80)
    white = (drawn > 240).all(1)
    red = (drawn[:, 0] > 240) & (np.abs(drawn[:, 1:] - 77) < 15).all(1)
    assert orange.sum() > 20
    assert white.sum() > 20
    assert red.sum() > 20
