"""Draws pictures as PNG, without a display."""

import io
import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DOTS_PER_INCH = 100


def new_figure(width: float, height: float) -> "Figure":
    """Returns an empty figure of matplotlib.

    Args:
      width: In inches, of DOTS_PER_INCH dots each.
      height: In inches.
    """
    # It tells of its font cache at its first import.
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    # Imported here because it takes about a second. pyplot would look for a display.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), dpi=DOTS_PER_INCH, layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def png(figure: "Figure") -> bytes:
    """Returns the drawn figure as a PNG file."""
    file = io.BytesIO()
    figure.savefig(file, format="png")
    return file.getvalue()
