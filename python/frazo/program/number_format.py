"""Numbers as log lines show them."""

from collections.abc import Mapping


def format_metric(value: float) -> str:
    """Four places for values that this suits ("0.9415"), four significant digits for others.

    Whole numbers from 100 on are counts: "256".
    """
    if abs(value) >= 100 and value.is_integer():
        return f"{value:.0f}"
    if value == 0 or 1e-3 <= abs(value) < 1e5:
        return f"{value:.4f}"
    return f"{value:.4g}"


def format_metrics(metrics: Mapping[str, float]) -> str:
    """ "accuracy: 0.9415, loss: 0.2077": in the order of the names."""
    return ", ".join(f"{name}: {format_metric(metrics[name])}" for name in sorted(metrics))


def format_duration(seconds: float) -> str:
    """ "0:07", "12:34" or "1:02:03"."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def format_bytes(count: int) -> str:
    """ "9.2 MB": powers of 1000."""
    for unit, size in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= size:
            return f"{count / size:.1f} {unit}"
    return f"{count} B"
