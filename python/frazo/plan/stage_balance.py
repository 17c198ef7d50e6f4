"""Deals layers out to the stages of a pipeline by what they cost."""

from collections.abc import Sequence


def balanced_layers(num_layers: int, extra: Sequence[float], layer: float) -> list[int]:
    """Returns the numbers of layers with which the slowest stage is fastest.

    Args:
      num_layers: How many layers there are, at least one for each stage.
      extra: For each stage what it computes beside layers, such as the softmax, in seconds.
      layer: The time of a layer, in seconds, > 0.
    """
    counts = [1] * len(extra)
    for _ in range(num_layers - len(extra)):
        # The stage that is then fastest; of equal ones the first.
        costs = [more + (count + 1) * layer for more, count in zip(extra, counts, strict=True)]
        counts[costs.index(min(costs))] += 1
    return counts
