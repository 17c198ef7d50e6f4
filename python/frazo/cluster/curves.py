"""Curves of scores as SVG, which a page shows without a script."""

import html
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from frazo.scores.score_log import ScoreLog

# Curves of one metric; those beyond are left out, and said to be.
_COLOURS = ("#1f6feb", "#d1242f", "#1a7f37", "#9a6700", "#8250df", "#bf3989", "#0a7ea4", "#57606a")
# More points than this are not told apart.
_MOST_POINTS = 300
_MOST_METRICS = 12
_WIDTH, _HEIGHT = 460, 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 12, 12, 28
_TICKS = 4
_LARGEST = 1e300


class Point(NamedTuple):
    """A metric's value at a step."""

    step: int
    value: float


# The points of each set of scores ("train", "eval_test"), by the metric's name.
Curves = Mapping[str, Mapping[str, Sequence[Point]]]


class CurveReader:
    """Reads the scores of a run, again only where they changed."""

    def __init__(self, logdir: Path):
        self._logdir = logdir
        self._read: dict[Path, tuple[object, dict[str, list[Point]]]] = {}

    def curves(self) -> Curves:
        """Returns the curves: first the loss, then what else is scored beside the training."""
        by_metric: dict[str, dict[str, list[Point]]] = {}
        for folder in self._folders():
            for metric, points in self._points(folder).items():
                by_metric.setdefault(metric, {})[folder.name] = points
        scored = [
            metric
            for metric, curves in by_metric.items()
            if metric != "loss" and any(name != "train" for name in curves)
        ]
        wanted = [*(["loss"] if "loss" in by_metric else []), *sorted(scored)]
        return {metric: by_metric[metric] for metric in wanted[:_MOST_METRICS]}

    def _folders(self) -> list[Path]:
        return [
            self._logdir / "train",
            *sorted(self._logdir.glob("eval_*")),
            *sorted(self._logdir.glob("decode_*")),
        ]

    def _points(self, folder: Path) -> dict[str, list[Point]]:
        log = ScoreLog(folder)
        stamp = log.stamp()
        known = self._read.get(folder)
        if known is None or known[0] != stamp:
            known = (stamp, _by_metric(log) if stamp else {})
            self._read[folder] = known
        return known[1]


def curve_svg(metric: str, curves: Mapping[str, Sequence[Point]]) -> str:
    """Draws the curves of a metric over the steps, with a legend.

    Args:
      metric: Its name, for the title.
      curves: The points by the name of their set; at least one has a point.
    """
    shown = dict(list(curves.items())[: len(_COLOURS)])
    points = [point for curve in shown.values() for point in curve]
    scale = _Scale(points)
    parts = [
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{html.escape(metric)}">',
        f"<title>{html.escape(metric)}</title>",
        *_grid(scale),
    ]
    for colour, curve in zip(_COLOURS, shown.values(), strict=False):
        drawn = " ".join(f"{scale.x(p.step):.1f},{scale.y(p.value):.1f}" for p in curve)
        parts.append(f'<polyline points="{drawn}" stroke="{colour}"/>')
        last = curve[-1]
        at = f'cx="{scale.x(last.step):.1f}" cy="{scale.y(last.value):.1f}"'
        parts.append(f'<circle {at} r="2.5" fill="{colour}"/>')
    return "".join([*parts, "</svg>", _legend(shown, len(curves) - len(shown))])


class _Scale:
    """Maps steps and values to the picture."""

    def __init__(self, points: Sequence[Point]):
        self.steps = (min(p.step for p in points), max(p.step for p in points))
        values = [_bounded(p.value) for p in points]
        low, high = min(values), max(values)
        if high - low <= 1e-12 * max(abs(low), abs(high), 1e-300):
            # A level curve lies in the middle.
            pad = abs(low) / 10 or 1.0
            low, high = low - pad, high + pad
        self.values = (low, high)

    def x(self, step: int) -> float:
        first, last = self.steps
        share = (step - first) / (last - first) if last > first else 0.5
        return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)

    def y(self, value: float) -> float:
        low, high = self.values
        share = (_bounded(value) - low) / (high - low)
        return _HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM)


def _bounded(value: float) -> float:
    """Returns a value whose distance from others is no overflow."""
    return min(max(value, -_LARGEST), _LARGEST)


def _grid(scale: _Scale) -> list[str]:
    parts = []
    low, high = scale.values
    for tick in range(_TICKS + 1):
        share = tick / _TICKS
        value = low * (1 - share) + high * share
        y = scale.y(value)
        parts.append(f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" class="end">{value:.3g}</text>')
    for step, anchor in zip(scale.steps, ("start", "end"), strict=True):
        if anchor == "end" and scale.steps[0] == step:
            break
        x = scale.x(step)
        parts.append(f'<text x="{x:.1f}" y="{_HEIGHT - 8}" class="{anchor}">{step}</text>')
    return parts


def _legend(curves: Mapping[str, Sequence[Point]], left_out: int) -> str:
    parts = [
        f'<span><i style="background:{colour}"></i>{html.escape(name)} {curve[-1].value:.4g}</span>'
        for colour, (name, curve) in zip(_COLOURS, curves.items(), strict=False)
    ]
    if left_out:
        parts.append(f"<span>and {left_out} more</span>")
    return f'<p class="legend">{"".join(parts)}</p>'


def _by_metric(log: ScoreLog) -> dict[str, list[Point]]:
    found: dict[str, list[Point]] = {}
    for step, record in log.read().items():
        metrics = record.get("metrics")
        if not isinstance(step, int) or not isinstance(metrics, dict):
            continue
        for metric, value in metrics.items():
            if isinstance(value, int | float) and math.isfinite(value):
                found.setdefault(metric, []).append(Point(step, float(value)))
    return {metric: _thinned(points) for metric, points in found.items()}


def _thinned(points: list[Point]) -> list[Point]:
    """Leaves evenly spaced points, the first and the last among them."""
    count = len(points)
    if count <= _MOST_POINTS:
        return points
    return [points[i * (count - 1) // (_MOST_POINTS - 1)] for i in range(_MOST_POINTS)]
