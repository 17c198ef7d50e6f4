"""Computes means over batches of different weights."""

from collections.abc import Mapping


class WeightedMeans:
    """The weighted means sum(w x) / sum(w) by name."""

    def __init__(self):
        self._totals: dict[str, float] = {}
        self._weights: dict[str, float] = {}

    def add(self, totals: Mapping[str, float], weights: Mapping[str, float]) -> None:
        """Adds a batch.

        Args:
          totals: Sums of w x by name.
          weights: Sums of w by the same names.
        """
        for name, total in totals.items():
            self._totals[name] = self._totals.get(name, 0.0) + total
            self._weights[name] = self._weights.get(name, 0.0) + weights[name]

    def means(self) -> dict[str, float]:
        """Returns the means sorted by name, without those of weight 0."""
        return {
            name: self._totals[name] / self._weights[name]
            for name in sorted(self._totals)
            if self._weights[name]
        }
