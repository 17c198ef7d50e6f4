"""Draws the bar of a live line."""

_WIDTH = 24


def progress_bar(done: int, total: int) -> str:
    """Returns "[======                  ]" for a quarter.

    Args:
      done: 0 to total.
      total: At least 1.
    """
    filled = _WIDTH * done // total
    return "[" + "=" * filled + " " * (_WIDTH - filled) + "]"
