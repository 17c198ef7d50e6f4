"""HTML pages that show scans with boxes in 3D. A page needs no other file."""

import base64
import html
import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

_STYLE = """\
body { font: 15px sans-serif; margin: 24px; background: #fff; color: #111; }
#stage { position: relative; height: 70vh; }
#stage canvas { position: absolute; width: 100%; height: 100%; }
#labels { cursor: grab; touch-action: none; }
form { display: flex; flex-wrap: wrap; gap: 8px 24px; align-items: center; padding: 8px 0; }
table { border-collapse: collapse; font-size: 13px; margin-top: 8px; }
th, td { text-align: left; padding: 2px 12px 2px 0; border-bottom: 1px solid #e4e4e4; }
tbody tr { cursor: pointer; }
#problem { color: #a00; }
"""

_BODY = """\
<form onsubmit="return false">
<label>Scene <select id="scene"></select></label>
<label>Least score <input id="threshold" type="range" min="0" max="1" step="0.01">
<output id="threshold_value"></output></label>
<label>Points by <select id="color"><option value="height">height</option>
<option value="intensity">intensity</option></select></label>
<label><input id="truth" type="checkbox" checked> objects (white)</label>
<label><input id="detections" type="checkbox" checked> detections (orange)</label>
<button id="reset" type="button">First view</button>
</form>
<p id="problem"></p>
<div id="stage"><canvas id="scan"></canvas><canvas id="labels"></canvas></div>
<p><span id="counts"></span>. Drag to turn, drag with Shift or the right button to move, use the wheel to come
closer. A click on a row goes there.</p>
<table><thead><tr><th>Box</th><th>Class</th><th>Score</th><th>IoU</th><th>Distance, m</th>
<th>Length &times; width &times; height, m</th><th>Heading, °</th></tr></thead><tbody id="boxes"></tbody></table>
"""

# More points show nothing more, and make the page slow to load.
_MOST_POINTS = 60_000


class SceneObject(NamedTuple):
    """A box of a scene.

    Attributes:
      box: [7], x, y, z of the middle, length, width, height in metres, heading in radians.
      label: The class.
      score: The probability of a detection; None for an object that is there.
      iou: The largest intersection over union in 3D of a detection with an object of its class;
        None: it is not known.
    """

    box: Sequence[float]
    label: str
    score: float | None = None
    iou: float | None = None


class Scene(NamedTuple):
    """A scan with what is in it.

    Attributes:
      name: Its name.
      points: [points, 3], metres in the world of the lidar: x forward, y left, z up.
      intensities: [points], in [0, 1].
      objects: The objects and the detections.
    """

    name: str
    points: np.ndarray
    intensities: np.ndarray
    objects: Sequence[SceneObject]


def scene_figure(scene: Scene) -> str:
    """Returns a scene for `scene_page`: text that the page's script reads.

    Points are rounded to centimetres, and those farther than 327 m are left out. Of more than
    60,000 points a part is shown, evenly over their order.
    """
    centimetres = np.round(np.asarray(scene.points, np.float64).reshape(-1, 3) * 100)
    # False for NaN.
    is_shown = (np.abs(centimetres) < 2**15).all(1)
    kept = np.flatnonzero(is_shown)
    kept = kept[:: max(1, -(-len(kept) // _MOST_POINTS))]
    intensities = np.nan_to_num(np.asarray(scene.intensities, np.float64)[kept])
    content = {
        "name": scene.name,
        "points": _encoded(centimetres[kept].astype("<i2")),
        "intensities": _encoded(np.clip(intensities * 255, 0, 255).astype(np.uint8)),
        "truth": [_fields(each) for each in scene.objects if each.score is None],
        "detections": [_fields(each) for each in scene.objects if each.score is not None],
    }
    # In a script, nothing but "<" could be read as HTML.
    text = json.dumps(content, ensure_ascii=False, allow_nan=False).replace("<", "\\u003c")
    return f'<script type="application/json" class="scene">{text}</script>\n'


def scene_page(title: str, figures: Sequence[str], below: str = "") -> str:
    """Returns a page for a browser.

    Args:
      title: The title.
      figures: Scenes, as `scene_figure` returns them.
      below: HTML that follows the scenes.
    """
    script = Path(__file__).with_name("scene_page.js").read_text(encoding="utf-8")
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">\n'
        f"<title>{html.escape(title)}</title>\n<style>\n{_STYLE}</style></head>\n"
        f"<body><h1>{html.escape(title)}</h1>\n{_BODY}{below}\n"
        f"{''.join(figures)}<script>\n{script}</script></body></html>\n"
    )


def _encoded(values: np.ndarray) -> str:
    return base64.b64encode(values.tobytes()).decode()


def _fields(each: SceneObject) -> dict[str, object]:
    fields: dict[str, object] = {"box": [round(float(x), 3) for x in each.box], "label": each.label}
    if each.score is not None:
        fields["score"] = round(float(each.score), 4)
    if each.iou is not None:
        fields["iou"] = round(float(each.iou), 3)
    return fields
