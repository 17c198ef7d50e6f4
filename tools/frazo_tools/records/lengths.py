"""Measures the lengths of records, or of one of their parts."""

from collections import Counter
from collections.abc import Callable, Iterable, Sized

import numpy as np
from frazo_tools.records.input_files import RecordFiles, RecordsError, Run
from frazo_tools.records.tf_example_features import ExampleError, decode_example

UNITS = ["bytes", "words", "values"]


def count_lengths(
    files: RecordFiles,
    progress: Callable[[int], None],
    *,
    field: str | None = None,
    column: int | None = None,
    unit: str | None = None,
) -> tuple[Counter[int], str]:
    """Returns the number of records of each length, and the unit of the lengths.

    Args:
      files: The files.
      progress: As in RecordFiles.runs.
      field: A feature of tf.Example. Its length is the number of its values or, for bytes, the
        number of bytes or words of all its values together.
      column: A tab-separated part of a record, counted from 0. Without field and column: the whole
        record.
      unit: One of UNITS; words are the parts between blanks. None: values for a field of numbers,
        bytes otherwise.

    Raises:
      RecordsError: A record has no such part.
      FrazoError: A file is damaged.
    """
    if field is None and column is None and unit in (None, "bytes"):
        return _record_bytes(files.runs(progress)), "bytes"
    if field is None and unit == "values":
        raise RecordsError(
            "--unit=values counts the values of a --field; use --unit=bytes or words"
        )
    part = _Part(field, column, unit)
    lengths: Counter[int] = Counter()
    for run in files.runs(progress):
        lengths.update(
            part.length(record, run, index) for index, record in enumerate(run.records())
        )
    return lengths, part.unit or "values"


def _record_bytes(runs: Iterable[Run]) -> Counter[int]:
    lengths: Counter[int] = Counter()
    for run in runs:
        values, counts = np.unique(run.extents[:, 1] - run.extents[:, 0], return_counts=True)
        lengths.update(dict(zip(values.tolist(), counts.tolist(), strict=True)))
    return lengths


class _Part:
    """A part of each record. The first record determines the unit if it is None."""

    def __init__(self, field: str | None, column: int | None, unit: str | None) -> None:
        self._field = field
        self._column = column
        self.unit = "bytes" if unit is None and field is None else unit

    def length(self, record: bytes, run: Run, index: int) -> int:
        if self._field is not None:
            return self._field_length(self._field, record, run, index)
        if self._column is None:
            return self._text_length(record)
        columns = record.split(b"\t")
        if self._column >= len(columns):
            raise RecordsError(
                f"{_place(run, index)} has {len(columns)} tab-separated columns, so there is no column "
                f"{self._column}; they are counted from 0"
            )
        return self._text_length(columns[self._column])

    def _field_length(self, field: str, record: bytes, run: Run, index: int) -> int:
        try:
            features = decode_example(record)
        except ExampleError as error:
            raise RecordsError(
                f"{_place(run, index)} is not a tf.Example ({error}); without --field the whole record "
                "is measured"
            ) from error
        feature = features.get(field)
        if feature is None:
            raise RecordsError(
                f"{_place(run, index)} has no feature '{field}'; it has: {', '.join(features)}"
            )
        if self.unit is None and feature.kind is not None:
            self.unit = "bytes" if feature.kind == "bytes" else "values"
        if self.unit in ("values", None):
            return len(feature.values)
        if feature.kind not in ("bytes", None):
            raise RecordsError(
                f"{_place(run, index)}: '{field}' holds numbers ({feature.kind}), which have "
                f"no {self.unit}; use --unit=values"
            )
        return sum(map(self._text_length, feature.values))

    def _text_length(self, text: bytes) -> int:
        parts: Sized = text.split() if self.unit == "words" else text
        return len(parts)


def _place(run: Run, index: int) -> str:
    return f"{run.path}: record {run.first + index}"
