"""What the programs that make padded batches of sentence pairs agree on."""

from collections.abc import Callable, Mapping

import numpy as np
from figures import drain, print_figures

# Bounds for the longer side with its </s>, and pairs per batch of each bucket.
BOUNDS = (10, 20, 30, 40, 60, 80)
LIMITS = tuple(4096 // bound for bound in BOUNDS)
SHUFFLE_BUFFER = 10_000
WARM_UP_PAIRS, TIMED_PAIRS = 30_000, 200_000
# Every so many batches one is kept, to count its padding after the clock has stopped.
KEPT_BATCHES = 16


def measure(
    next_batch: Callable[[], Mapping[str, np.ndarray]],
    padding_of: Callable[[Mapping[str, np.ndarray]], tuple[int, int]],
) -> None:
    """Prints pairs_per_second and real_share, the share of positions that hold a token.

    Args:
        next_batch: a batch as NumPy arrays; `source` is [batch, ...].
        padding_of: of a batch, how many positions of both sides hold a token, and how many there
          are.
    """
    kept, batches = [], 0

    def size(batch: Mapping[str, np.ndarray]) -> int:
        nonlocal batches
        batches += 1
        if batches % KEPT_BATCHES == 0:
            kept.append(batch)
        return len(batch["source"])

    rate = drain(next_batch, size, warm_up=WARM_UP_PAIRS, timed=TIMED_PAIRS)
    real, positions = np.sum([padding_of(batch) for batch in kept], axis=0)
    print_figures(pairs_per_second=rate, real_share=real / positions)


def count_paddings(batch: Mapping[str, np.ndarray]) -> tuple[int, int]:
    """For batches with source_padding and target_padding: 1 for padding, 0 for a token."""
    paddings = (batch["source_padding"], batch["target_padding"])
    positions = sum(padding.size for padding in paddings)
    return positions - int(sum(padding.sum() for padding in paddings)), positions
