"""What an input lost of its records, for people and for files."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

# "bad": the processor could not make an example of them. "too_long": for the batcher. "truncated":
# the example lacks the end. "damaged": stretches of a file, each of one record or more, which do not
# count as read. "damaged_files": from the damage to their end. "invalid_utf8": sequences of bytes
# that U+FFFD replaced.
KINDS = (
    "bad",
    "filtered",
    "too_long",
    "empty",
    "dropped_at_end",
    "truncated",
    "damaged",
    "damaged_files",
    "invalid_utf8",
)


@dataclasses.dataclass(frozen=True)
class LostRecords:
    """What was lost of the records that an input has read so far.

    Attributes:
      records: Number of records read.
      kinds: Number of what was lost by kind, one of KINDS, without zeros.
      samples: The first bad records and the first damage, each with file, record, byte and cause.
    """

    records: int
    kinds: Mapping[str, int]
    samples: tuple[str, ...] = ()

    def __post_init__(self):
        for kind in self.kinds:
            if kind not in KINDS:
                raise ValueError(f"'{kind}' is no kind of lost records; expected one of {KINDS}")

    def __bool__(self) -> bool:
        """Returns whether anything was lost."""
        return bool(self.kinds)

    def __str__(self) -> str:
        """Returns the kinds for a log line: "3 bad, 12 too long of 1,500 records"."""
        if not self:
            return f"nothing of {self.records:,} records"
        kinds = ", ".join(f"{n:,} {kind.replace('_', ' ')}" for kind, n in self.kinds.items())
        return f"{kinds} of {self.records:,} records"

    def left_out(self) -> str:
        """Returns the kinds that leave no example: "bad or too long"."""
        kinds = ("bad", "filtered", "too_long", "empty", "dropped_at_end")
        return " or ".join(kind.replace("_", " ") for kind in kinds if kind in self.kinds)

    def as_json(self) -> dict[str, int]:
        """Returns the numbers for a score log."""
        return {"records": self.records, **self.kinds}

    @classmethod
    def from_json(cls, numbers: Mapping[str, int]) -> LostRecords:
        """Returns the losses that as_json() made the numbers of, without samples."""
        return cls(numbers["records"], {k: n for k, n in numbers.items() if k != "records"})

    def scalars(self) -> dict[str, float]:
        """Returns the numbers for TensorBoard, by tag."""
        return {f"lost/{kind}": float(number) for kind, number in self.kinds.items()}


NOTHING_LOST = LostRecords(0, {})


def all_lost(losses: Iterable[LostRecords]) -> LostRecords:
    """Returns the sum of the losses of several inputs."""
    total = NOTHING_LOST
    for lost in losses:
        kinds = {
            kind: total.kinds.get(kind, 0) + lost.kinds.get(kind, 0)
            for kind in [*total.kinds, *(kind for kind in lost.kinds if kind not in total.kinds)]
        }
        samples = (*total.samples, *lost.samples)
        total = LostRecords(total.records + lost.records, kinds, samples)
    return total


def lost_records_of(counters: Mapping[str, Any]) -> LostRecords:
    """Returns the losses among the counters of a pipeline.

    Args:
      counters: As frazo.Pipeline.counters.
    """
    kinds = {
        "bad": counters["bad_records"],
        "filtered": sum(counters["filtered"].values()),
        "too_long": counters["too_long"],
        "empty": counters["empty"],
        "dropped_at_end": counters["dropped_at_end"],
        "truncated": counters["truncated"],
        "damaged": counters["damaged_records"],
        "damaged_files": counters["damaged_files"],
        "invalid_utf8": counters["invalid_utf8"],
    }
    damage = (counters["first_damage"],) if counters["first_damage"] else ()
    return LostRecords(
        counters["records"],
        {kind: number for kind, number in kinds.items() if number},
        (*counters["bad_record_samples"], *damage),
    )
