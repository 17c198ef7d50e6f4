"""Which points around a centre are its neighbours."""

from __future__ import annotations

from typing import Literal, NamedTuple


class NeighborChoice(NamedTuple):
    """Which points around a centre are taken.

    A neighbour is within the radius in space, the radius itself included. A point that is not
    finite is no neighbour, and a centre that is not finite has none.

    Attributes:
      radius: Metres, from 1e-6 to 1e6.
      count: If there are more neighbours, so many are taken; at least 0.
      sampling: "closest" takes the closest, closest first; "uniform" a random set, each equally
        likely, in the order of the points.
    """

    radius: float
    count: int
    sampling: Literal["uniform", "closest"] = "uniform"
