"""Means over batches of different weights."""

from collections.abc import Mapping


class WeightedMeans:
    """sum(w x) / sum(w) by name."""

    def __init__(self):
        self._totals: dict[str, float] = {}
        self._weights: dict[str, float] = {}

    def add(self, totals: Mapping[str, float], weights: Mapping[str, float]) -> None:
        """totals: sums of w x. Both have the same names."""
        for name, total in totals.items():
            self._totals[name] = self._totals.get(name, 0.0) + total
            self._weights[name] = self._weights.get(name, 0.0) + weights[name]

    def means(self) -> dict[str, float]:
        """In the order of the names; a mean without weight is left out."""
        return {
            name: self._totals[name] / self._weights[name]
            for name in sorted(self._totals)
            if self._weights[name]
        }
