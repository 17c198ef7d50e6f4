"""Pages of scans: what they hold, and what a browser makes of them."""

import base64
import html.parser
import json

import numpy as np
import pytest
import tensorflow as tf
from frazo.program.headless_browser import HeadlessBrowser
from frazo.tasks.car.scene_page import Scene, SceneObject, scene_figure, scene_page

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
    points = np.array(points, np.float32)
    objects = [
        SceneObject(CAR, "Car"),
        SceneObject([15.5, 3, -1, 4, 2, 1.5, 0.25], "Car", 0.75, 0.625),
        SceneObject([30, -5, -1, 0.8, 0.6, 1.7, 1], HOSTILE, 0.25),
    ]
    return Scene(name, points, np.linspace(0, 1, len(points)), objects)


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
    assert content["truth"] == [{"box": CAR, "label": "Car"}]
    first, second = content["detections"]
    assert (first["score"], first["iou"]) == (0.75, 0.625)
    assert second == {"box": [30, -5, -1, 0.8, 0.6, 1.7, 1], "label": HOSTILE, "score": 0.25}


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
    content = content_of(scene_figure(Scene("empty", np.zeros([0, 3]), np.zeros(0), [])))
    assert (content["points"], content["truth"], content["detections"]) == ("", [], [])


def test_a_page_needs_nothing_else():
    page = Page(scene_page(HOSTILE, [scene_figure(scene()), scene_figure(scene())], "<p>below</p>"))
    assert [kind for kind, _ in page.scripts] == ["scene", "scene", "code"]


@pytest.fixture(name="url")
def _url(tmp_path):
    figures = [scene_figure(scene()), scene_figure(scene(name=HOSTILE))]
    (tmp_path / "page.html").write_text(scene_page("decode_test, step 7", figures))
    return (tmp_path / "page.html").as_uri()


def test_a_browser_lists_what_the_address_asks_for(url, tmp_path):
    browser = HeadlessBrowser(tmp_path)
    page = browser.page(f"{url}#scene=1&threshold=0.5")
    assert "<title>decode_test, step 7</title>" in page
    assert "2 points, 1 objects, 1 of 2 detections" in page
    assert "<td>detection</td><td>Car</td><td>0.750</td><td>0.63</td>" in page
    assert "2 of 2 detections" in browser.page(f"{url}#threshold=0.1")


def test_a_browser_draws_points_and_boxes(url, tmp_path):
    browser = HeadlessBrowser(tmp_path)
    if "has no WebGL" in browser.page(url):
        pytest.skip("this chromium has no WebGL")
    browser.screenshot(f"{url}#threshold=0.1", tmp_path / "page.png")
    pixels = tf.io.decode_png((tmp_path / "page.png").read_bytes(), channels=3).numpy()
    # Far from the page around the picture.
    drawn = pixels[300:900, 100:1100].reshape(-1, 3).astype(int)
    orange = (drawn[:, 0] > 200) & (np.abs(drawn[:, 1] - 140) < 40) & (drawn[:, 2] < 80)
    white = (drawn > 240).all(1)
    assert orange.sum() > 20
    assert white.sum() > 20
