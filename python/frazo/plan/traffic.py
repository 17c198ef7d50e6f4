"""The bytes that collectives send."""

from typing import NamedTuple

# By the type of the op: what it is called, and what the ring algorithm sends of the larger of its
# argument and its result, in units of (size - 1) / size (Patarasu and Yuan 2009).
_COLLECTIVES = {
    "CollectiveAllToAllV2": ("all-to-all", 1),
    "CollectiveAllToAllV3": ("all-to-all", 1),
    "CollectiveBcastRecvV2": ("broadcast", 1),
    "CollectiveBcastSendV2": ("broadcast", 1),
    "CollectiveGatherV2": ("all-gather", 1),
    "CollectiveReduceScatterV2": ("reduce-scatter", 1),
    "CollectiveReduceV2": ("all-reduce", 2),
    "CollectiveReduceV3": ("all-reduce", 2),
}


class Sent(NamedTuple):
    """What a collective sends.

    Attributes:
      collective: Its kind, such as "all-reduce".
      axis: The mesh axis that its processes are on.
      num_bytes: The bytes that each process sends, all rounds together.
    """

    collective: str
    axis: str
    num_bytes: int
