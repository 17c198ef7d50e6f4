"""Shuffles records that may not fit into memory.

Records are collected in memory. If they do not fit, they go to files, each in random order. Suppose
that every record had a random key between 0 and 1 and that a file was sorted by key. The records
with keys in the next part of that range would be the next ones of every file: their number is
binomial, and their order is random. So each order of all records is equally likely, and every file
is read from start to end.
"""

import os
import tempfile
from collections.abc import Iterator

import numpy as np
from frazo import _core

Batch = tuple[np.ndarray, np.ndarray]

# Number of records per batch.
_BATCH_RECORDS = 1 << 16


class Shuffle:
    """A context manager that removes its files at the end.

    The seed, the records and memory_bytes decide the order.
    """

    def __init__(self, beside: str, *, seed: int, memory_bytes: int) -> None:
        """Starts an empty shuffle.

        Args:
          beside: A path in whose folder the files may go.
          seed: Decides the order, with the records and memory_bytes.
          memory_bytes: Memory to use, approximately.
        """
        self._random = np.random.Generator(np.random.PCG64(seed))
        # Shuffling takes as much memory again, and the readers' memory has gaps.
        self._held_limit = 2 * memory_bytes // 5
        # A batch read from a file may need four times its memory, and is shuffled too.
        self._block_bytes = max(memory_bytes // 8, 1)
        self._folder = tempfile.TemporaryDirectory(
            prefix=".shuffle-", dir=os.path.dirname(beside) or "."
        )
        self._held: list[Batch] = []
        self._held_bytes = 0
        self._all_bytes = 0
        self._file_records: list[int] = []
        self.records = 0

    def __enter__(self) -> "Shuffle":
        return self

    def __exit__(self, *exception: object) -> None:
        self._folder.cleanup()

    def add(self, data: np.ndarray, extents: np.ndarray) -> None:
        """Adds records in the form that readers give. Keeps the arrays."""
        self._held.append((data, extents))
        self._held_bytes += data.nbytes + extents.nbytes
        self._all_bytes += data.nbytes + extents.nbytes
        self.records += len(extents)
        if self._held_bytes > self._held_limit:
            self._write_file()

    def batches(self) -> Iterator[Batch]:
        """Yields all added records, each once, in random order."""
        if not self._file_records:
            yield from self._shuffled(self._take_held())
            return
        self._write_file()
        readers = [_core.RecordReader(self._path(i)) for i in range(len(self._file_records))]
        left = list(self._file_records)
        blocks = min(-(-self._all_bytes // self._block_bytes), self.records)
        for block in range(blocks):
            parts = []
            for index, reader in enumerate(readers):
                count = int(self._random.binomial(left[index], 1 / (blocks - block)))
                left[index] -= count
                if count:
                    parts.append(reader.read_batch(count))
            yield from self._shuffled(parts)

    def _write_file(self) -> None:
        path = self._path(len(self._file_records))
        records = 0
        with _core.ShardedRecordWriter(path) as writer:
            for data, extents in self._shuffled(self._take_held()):
                writer.write_batch(data, extents)
                records += len(extents)
        self._file_records.append(records)

    def _path(self, index: int) -> str:
        return os.path.join(self._folder.name, str(index))

    def _take_held(self) -> list[Batch]:
        held, self._held, self._held_bytes = self._held, [], 0
        return held

    def _shuffled(self, parts: list[Batch]) -> Iterator[Batch]:
        """Yields the records of the parts in random order and empties the list."""
        if not parts:
            return
        starts = np.cumsum([0] + [len(data) for data, _ in parts[:-1]])
        extents = np.concatenate(
            [extents + start for (_, extents), start in zip(parts, starts, strict=True)]
        )
        data = np.concatenate([data for data, _ in parts])
        parts.clear()
        order = self._random.permutation(len(extents))
        for begin in range(0, len(order), _BATCH_RECORDS):
            yield data, extents[order[begin : begin + _BATCH_RECORDS]]
