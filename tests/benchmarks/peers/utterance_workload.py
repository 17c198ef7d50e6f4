"""What the programs that make padded batches of features from FLAC records agree on."""

from collections.abc import Callable, Mapping

import numpy as np
from figures import drain

# Bounds for the frames of an utterance, and utterances per batch of each bucket.
BOUNDS = (400, 800, 1200, 1600)
LIMITS = tuple(12_800 // bound for bound in BOUNDS)
STEP_SECONDS = 0.01
_WARM_UP_SECONDS, _TIMED_SECONDS = 2_000, 15_000


def times_real_time(next_batch: Callable[[], Mapping[str, np.ndarray]]) -> float:
    """Seconds of sound that come in a second.

    Args:
        next_batch: a batch as NumPy arrays: frames, float32 [batch, longest, bins], and
            frames_length, [batch]. There is no last one.
    """
    return drain(
        next_batch,
        lambda batch: STEP_SECONDS * int(batch["frames_length"].sum()),
        warm_up=_WARM_UP_SECONDS,
        timed=_TIMED_SECONDS,
    )
