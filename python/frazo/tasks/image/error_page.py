"""A picture of images that were classified wrongly."""

import io
import math
from collections.abc import Mapping, Sequence
from typing import Any

import tensorflow as tf
from matplotlib.figure import Figure

_COLUMNS = 5
_INCHES = 1.2
_DPI = 100


def error_page(examples: Sequence[Mapping[str, Any]]) -> tf.compat.v1.Summary.Value:
    """A summary with the tag "misclassified": a grid of five images a row.

    Each has `raw` (uint8 [height, width, 1 or 3]), `label` and `prediction`, and is titled
    "label vs. prediction". There must be at least one.
    """
    rows = math.ceil(len(examples) / _COLUMNS)
    # A Figure of its own, not pyplot's: no global state and no display.
    figure = Figure(figsize=(_COLUMNS * _INCHES, rows * _INCHES), dpi=_DPI, layout="constrained")
    cells = figure.subplots(rows, _COLUMNS, squeeze=False).ravel()
    for cell in cells:
        cell.axis("off")
    for cell, example in zip(cells[: len(examples)], examples, strict=True):
        raw = example["raw"]
        # One channel is drawn from [height, width], by a map of colours.
        cell.imshow(raw[..., 0] if raw.shape[-1] == 1 else raw, cmap="gray", vmin=0, vmax=255)
        cell.set_title(f"{example['label']} vs. {example['prediction']}", fontsize=8)
    png = io.BytesIO()
    figure.savefig(png, format="png")
    image = tf.compat.v1.Summary.Image(
        width=round(_COLUMNS * _INCHES * _DPI),
        height=round(rows * _INCHES * _DPI),
        colorspace=4,
        encoded_image_string=png.getvalue(),
    )
    return tf.compat.v1.Summary.Value(tag="misclassified", image=image)
