"""A picture of wrongly classified images."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import tensorflow as tf
from frazo.program.picture import DOTS_PER_INCH, new_figure, png

_COLUMNS = 5
_INCHES = 1.2


def error_page(examples: Sequence[Mapping[str, Any]]) -> tf.compat.v1.Summary.Value:
    """Draws a grid of images, five in a row, each with the title "label vs. prediction".

    Args:
      examples: At least one example, with `raw` (uint8 [height, width, 1 or 3]), `label` and
        `prediction`.

    Returns:
      A summary with the tag "misclassified".
    """
    rows = math.ceil(len(examples) / _COLUMNS)
    figure = new_figure(_COLUMNS * _INCHES, rows * _INCHES)
    cells = figure.subplots(rows, _COLUMNS, squeeze=False).ravel()
    for cell in cells:
        cell.axis("off")
    for cell, example in zip(cells[: len(examples)], examples, strict=True):
        raw = example["raw"]
        # imshow takes an image of one channel as [height, width].
        cell.imshow(raw[..., 0] if raw.shape[-1] == 1 else raw, cmap="gray", vmin=0, vmax=255)
        cell.set_title(f"{example['label']} vs. {example['prediction']}", fontsize=8)
    image = tf.compat.v1.Summary.Image(
        width=round(_COLUMNS * _INCHES * DOTS_PER_INCH),
        height=round(rows * _INCHES * DOTS_PER_INCH),
        colorspace=4,
        encoded_image_string=png(figure),
    )
    return tf.compat.v1.Summary.Value(tag="misclassified", image=image)
