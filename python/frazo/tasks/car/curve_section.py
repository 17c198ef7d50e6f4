"""The part of a page that draws the curves of detection scores. It needs no other file."""

import html
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_STYLE = """\
:root { --first: #0072b2; --second: #c4500a; --third: #00825c; }
@media (prefers-color-scheme: dark) {
  :root { --first: #56b4e9; --second: #f0a04b; --third: #35d0a0; }
}
.charts { display: grid; gap: 20px 28px; grid-template-columns: repeat(auto-fill, minmax(330px, 420px)); }
.chart { margin: 0; }
.chart figcaption { font-weight: 600; }
.chart .stage { position: relative; }
.chart .stage svg { display: block; width: 100%; touch-action: pan-y; }
.chart text { fill: currentColor; font-size: 12px; }
.chart .count { font-size: 9px; }
.grid { stroke: #8885; }
.cursor, .ideal { stroke: currentColor; stroke-dasharray: 4 4; opacity: 0.6; }
polyline, .sample line { fill: none; stroke-width: 2.2; }
.first { stroke: var(--first); }
.second { stroke: var(--second); stroke-dasharray: 8 4; }
.third { stroke: var(--third); stroke-dasharray: 2 3; }
.marks circle { stroke-dasharray: none; }
circle.first { fill: var(--first); }
circle.second { fill: var(--second); }
circle.third { fill: var(--third); }
.bar { fill: var(--first); opacity: 0.45; }
.legend { list-style: none; margin: 4px 0 0; padding: 0; font-size: 13px; }
.sample { width: 34px; height: 10px; margin-right: 8px; }
.tip { display: none; position: absolute; top: 8px; padding: 4px 8px; font-size: 12px;
  white-space: nowrap; pointer-events: none; border: 1px solid #8888; border-radius: 4px;
  background: Canvas; color: CanvasText; }
"""

_BODY = """\
<h2>Precision and recall</h2>
<p>{scope} A box is right by its intersection over union in 3D, as {rules} counts. The precision at a
recall is the best from there on; AP is the average precision in percent.</p>
<div id="precision_recall" class="charts"></div>
<h2>Calibration</h2>
<p>The share of the detections at a score that are right; bars say how many detections there are, on a
logarithmic scale. Below the dashed line a detector is surer than it should be.</p>
<div id="calibration" class="charts"></div>
"""


def curve_section(curves: Mapping[str, Any], scope: str) -> str:
    """Returns HTML that draws curves.

    Args:
      curves: As detection_curves has them.
      scope: A sentence that says which scans they are of.
    """
    script = Path(__file__).with_name("detection_curves.js").read_text(encoding="utf-8")
    # In a script, nothing but "<" could be read as HTML.
    numbers = json.dumps(curves, allow_nan=False).replace("<", "\\u003c")
    body = _BODY.format(scope=html.escape(scope), rules=html.escape(curves["rules"]))
    return (
        f"<style>\n{_STYLE}</style>\n{body}"
        f'<script type="application/json" id="curve_numbers">{numbers}</script>\n'
        f"<script>\n{script}</script>\n"
    )
