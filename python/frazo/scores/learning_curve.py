"""Draws the metrics of a training over its steps."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from frazo.program.durable_file import write_bytes
from frazo.program.picture import new_figure, png
from frazo.scores.score_log import ScoreLog

CURVE_FILE = "curve.png"

_TRAIN = "train"


def draw_learning_curve(logdir: Path, metrics: Sequence[str]) -> Path | None:
    """Draws the scores of train/, of each eval_*/ and each decode_*/ into <logdir>/curve.png.

    Args:
      metrics: Names of the metrics to draw, from left to right; those without scores are left out,
        and one that is named twice is drawn once.

    Returns:
      The path of the picture, or None if no directory has scores of at least two steps.
    """
    directories = [logdir / _TRAIN, *sorted(logdir.glob("eval_*"))]
    directories += sorted(logdir.glob("decode_*"))
    scores = {directory.name: ScoreLog(directory).read() for directory in directories}
    if all(len(records) < 2 for records in scores.values()):
        return None
    named = dict.fromkeys(metrics)
    drawn = [name for name in named if any(_curve(s, name) for s in scores.values())]
    figure = new_figure(6 * len(drawn), 4)
    for position, metric in enumerate(drawn, 1):
        axes = figure.add_subplot(1, len(drawn), position)
        for name, records in scores.items():
            points = _curve(records, metric)
            if points:
                axes.plot(list(points), list(points.values()), marker=".", label=name)
        axes.set_xlabel("step")
        axes.set_ylabel(metric)
        axes.grid(alpha=0.3)
        axes.legend()
    path = logdir / CURVE_FILE
    write_bytes(path, png(figure))
    return path


def _curve(records: Mapping[int, dict], metric: str) -> dict[int, float]:
    values = {step: record["metrics"].get(metric) for step, record in records.items()}
    return {step: value for step, value in values.items() if value is not None}
