"""HTML pages that show scans with boxes in 3D. A page needs no other file."""

import base64
import html
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from frazo.tasks.car.scene import FIRST_LEAST_SCORE, Scene, SceneObject
from frazo.tasks.car.scene_matches import Match, match_detections

_STYLE = """\
:root { color-scheme: light dark; }
body { font: 15px sans-serif; margin: 24px; }
#stage { position: relative; height: 70vh; min-height: 300px; }
#stage canvas { position: absolute; width: 100%; height: 100%; }
#labels { cursor: grab; touch-action: none; }
form { display: flex; flex-wrap: wrap; gap: 8px 24px; align-items: center; padding: 8px 0; }
#colors span { background: #12141a; padding: 2px 8px; margin-right: 4px; white-space: nowrap; }
#rows { max-height: 60vh; overflow: auto; margin-top: 8px; }
table { border-collapse: collapse; font-size: 13px; }
th, td { text-align: left; padding: 2px 14px 2px 0; border-bottom: 1px solid #8884; }
tbody tr { cursor: pointer; }
tr.bad td { font-weight: 600; }
#problem { color: #d1242f; }
"""

_BODY = f"""\
<form onsubmit="return false">
<label>Scene <select id="scene"></select></label>
<label>Least score <input id="threshold" type="range" min="0" max="1" step="0.01"
 value="{FIRST_LEAST_SCORE}"> <output id="threshold_value"></output></label>
<label>Points by <select id="color"><option value="height">height</option>
<option value="intensity">intensity</option></select></label>
<label><input id="truth" type="checkbox" checked> objects</label>
<label><input id="detections" type="checkbox" checked> detections</label>
<button id="reset" type="button">First view</button>
</form>
<p id="problem"></p>
<div id="stage"><canvas id="scan"></canvas><canvas id="labels"></canvas></div>
<p id="colors"></p>
<p><b id="counts"></b>. Drag to turn, drag with Shift or the right button to move, use the wheel to
come closer. A click on a row goes there.</p>
<details><summary>What is right and what is missed</summary><p>A detection is right if its intersection
over union (IoU) in 3D with an object of its class is above 0.7 for cars and like vehicles and above
0.5 for others, and if no surer detection has found that object. An object is missed if no detection of
at least the least score is right about it. Objects that no score counts are never missed: those of other
classes, and those that are too far or too much hidden. Where nobody labelled a scan there are no
verdicts.</p></details>
<div id="rows"><table><thead><tr><th>Box</th><th>Class</th><th>Score</th><th>IoU</th><th>Verdict</th>
<th>Distance, m</th><th>Length &times; width &times; height, m</th><th>Heading, °</th></tr></thead>
<tbody id="boxes"></tbody></table></div>
"""

_SCRIPTS = "scene_drawing.js", "scene_page.js"
# More points show nothing more, and make the page slow to load.
_MOST_POINTS = 60_000


def scene_figure(scene: Scene) -> str:
    """Returns a scene for `scene_page`: text that the page's scripts read.

    Each detection gets its match with the objects. Points are rounded to centimetres, and those
    farther than 327 m are left out. Of more than 60,000 points a part is shown, evenly over their
    order.
    """
    scene = scene.finite()
    centimetres = np.round(scene.points * 100)
    kept = np.flatnonzero((np.abs(centimetres) < 2**15).all(1))
    kept = kept[:: max(1, -(-len(kept) // _MOST_POINTS))]
    content = {
        "name": scene.name,
        "points": _encoded(centimetres[kept].astype("<i2")),
        "intensities": _encoded(np.clip(scene.intensities[kept] * 255, 0, 255).astype(np.uint8)),
        "truths": None if scene.truths is None else [_fields(each) for each in scene.truths],
        "detections": _detections(scene),
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
    scripts = [
        f"<script>\n{Path(__file__).with_name(name).read_text(encoding='utf-8')}</script>\n"
        for name in _SCRIPTS
    ]
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">\n'
        f"<title>{html.escape(title)}</title>\n<style>\n{_STYLE}</style></head>\n"
        f"<body><h1>{html.escape(title)}</h1>\n{_BODY}{below}\n"
        f"{''.join(figures)}{''.join(scripts)}</body></html>\n"
    )


def _encoded(values: np.ndarray) -> str:
    return base64.b64encode(values.tobytes()).decode()


def _detections(scene: Scene) -> list[dict[str, object]] | None:
    if scene.detections is None:
        return None
    if scene.truths is None:
        return [_fields(each) for each in scene.detections]
    matches = match_detections(scene.truths, scene.detections)
    return [
        _fields(each) | _fields_of_match(match)
        for each, match in zip(scene.detections, matches, strict=True)
    ]


def _fields(each: SceneObject) -> dict[str, object]:
    fields: dict[str, object] = {"box": [round(float(x), 3) for x in each.box], "label": each.label}
    if each.score is not None:
        fields["score"] = round(float(each.score), 4)
    if not each.counts:
        fields["counts"] = False
    return fields


def _fields_of_match(match: Match) -> dict[str, object]:
    return {"iou": round(match.iou, 3), "truth": match.truth, "verdict": match.verdict}
