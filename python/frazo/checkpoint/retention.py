"""Decides which checkpoints are kept after a save."""

import dataclasses
from collections.abc import Sequence

SECONDS_PER_HOUR = 3600.0


@dataclasses.dataclass(frozen=True)
class SavedCheckpoint:
    step: int
    saved_unix_seconds: float


@dataclasses.dataclass(frozen=True)
class RetentionPolicy:
    """Keeps the newest `keep_newest` (>= 1) checkpoints, and with `keep_every_hours` (> 0) also
    permanent ones.

    The first checkpoint is permanent, and so is each checkpoint saved more than keep_every_hours
    after the last permanent one. The search starts at the oldest checkpoint that is left. That one
    is always permanent, so a search after each removal gives the same answer as one search over all
    checkpoints ever saved.
    """

    keep_newest: int
    keep_every_hours: float | None = None

    def steps_to_keep(self, saved: Sequence[SavedCheckpoint]) -> set[int]:
        in_order = sorted(saved, key=lambda checkpoint: checkpoint.step)
        kept = {checkpoint.step for checkpoint in in_order[-self.keep_newest :]}
        if self.keep_every_hours is None:
            return kept
        interval_seconds = self.keep_every_hours * SECONDS_PER_HOUR
        last_permanent: SavedCheckpoint | None = None
        for checkpoint in in_order:
            if (
                last_permanent is None
                or checkpoint.saved_unix_seconds - last_permanent.saved_unix_seconds
                > interval_seconds
            ):
                kept.add(checkpoint.step)
                last_permanent = checkpoint
        return kept
