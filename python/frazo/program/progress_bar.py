"""The bar of a live line."""

_WIDTH = 24


def progress_bar(done: int, total: int) -> str:
    """ "[======                  ]" where a quarter is done. done: 0 to total; total: at least 1."""
    filled = _WIDTH * done // total
    return "[" + "=" * filled + " " * (_WIDTH - filled) + "]"
