"""A picture of wrongly classified images."""

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
    """Draws a grid of images, five in a row, each with the title "label vs. prediction".

    Args:
      examples: At least one example, with `raw` (uint8 [height, width, 1 or 3]), `label` and
        `prediction`.

    Returns:
      A summary with the tag "misclassified".
    """
    rows = math.ceil(len(examples) / _COLUMNS)
    # pyplot would have global state and need a display.
    figure = Figure(figsize=(_COLUMNS * _INCHES, rows * _INCHES), dpi=_DPI, layout="constrained")
    cells = figure.subplots(rows, _COLUMNS, squeeze=False).ravel()
    for cell in cells:
        cell.axis("off")
    for cell, example in zip(cells[: len(examples)], examples, strict=True):
        raw = example["raw"]
        # imshow takes an image of one channel as [height, width].
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
