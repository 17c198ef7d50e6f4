"""Draws the lengths of records."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from frazo.program.durable_file import write_bytes
from frazo.program.picture import new_figure, png

# More bars than the picture can show only take time.
_MOST_BARS = 200


def draw_histogram(
    path: Path, histogram: Mapping[int, int], bounds: Sequence[int], *, what: str, unit: str
) -> None:
    """Draws the number of records of each length, with the bounds of the buckets, as a PNG.

    The file appears when it is complete.

    Raises:
      OSError: The file cannot be written.
    """
    figure = new_figure(9, 4.5)
    axes = figure.add_subplot()
    lengths = sorted(histogram)
    # Bars are centred over their lengths.
    low, high = lengths[0] - 0.5, lengths[-1] + 0.5
    axes.hist(
        lengths,
        bins=min(int(high - low), _MOST_BARS),
        range=(low, high),
        weights=[histogram[length] for length in lengths],
    )
    for number, bound in enumerate(bounds):
        # A length equal to the bound belongs to the bucket.
        label = f"bounds: {', '.join(map(str, bounds))}" if number == 0 else None
        axes.axvline(bound + 0.5, color="tab:red", linestyle="--", linewidth=1, label=label)
    axes.set_xlabel(f"length of {what} in {unit}")
    axes.set_ylabel("records")
    axes.grid(alpha=0.3)
    axes.legend()
    write_bytes(path, png(figure))
