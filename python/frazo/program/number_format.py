"""Formats numbers for log lines."""

from collections.abc import Mapping


def format_metric(value: float) -> str:
    """Formats with four decimals ("0.9415"), very small and very large values with four significant
    digits.

    Whole numbers from 100 on are treated as counts: "256".
    """
    if abs(value) >= 100 and value.is_integer():
        return f"{value:.0f}"
    if value == 0 or 1e-3 <= abs(value) < 1e5:
        return f"{value:.4f}"
    return f"{value:.4g}"


def format_metrics(metrics: Mapping[str, float]) -> str:
    """Formats metrics sorted by name: "accuracy: 0.9415, loss: 0.2077"."""
    return ", ".join(f"{name}: {format_metric(metrics[name])}" for name in sorted(metrics))


def format_duration(seconds: float) -> str:
    """Formats seconds as "0:07", "12:34" or "1:02:03"."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def format_bytes(count: int) -> str:
    """Formats bytes as "9.2 MB", in powers of 1000."""
    for unit, size in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= size:
            return f"{count / size:.1f} {unit}"
    return f"{count} B"
