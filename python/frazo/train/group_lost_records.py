"""What the inputs of all workers lost of their records."""

from collections.abc import Callable

from frazo.input.lost_records import KINDS, NOTHING_LOST, LostRecords, all_lost
from frazo.train.loop_plan import Agreement


class GroupLostRecords:
    """The sum of the losses of the workers that train together."""

    def __init__(
        self,
        own: Callable[[], LostRecords] = lambda: NOTHING_LOST,
        agreement: Agreement | None = None,
    ):
        """Gathers nothing yet.

        Args:
          own: What this worker's inputs lost so far.
          agreement: Reaches the other workers. Default: there are none.
        """
        self._own = own
        self._agreement = agreement or Agreement()
        self._others = NOTHING_LOST

    def gather(self) -> None:
        """Learns what the others lost. All workers call this at the same step."""
        own = self._own()
        counts = [own.records, *(own.kinds.get(kind, 0) for kind in KINDS)]
        sums = self._agreement.sum(counts)
        records, *others = (total - count for total, count in zip(sums, counts, strict=True))
        kinds = zip(KINDS, others, strict=True)
        self._others = LostRecords(records, {kind: number for kind, number in kinds if number})

    def total(self) -> LostRecords:
        """Returns what this worker lost until now, and the others until gather() was called.

        The samples are those of this worker.
        """
        return all_lost([self._own(), self._others])
