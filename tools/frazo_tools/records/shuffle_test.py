import itertools
from collections import Counter

import numpy as np
import pytest
from frazo import _core
from frazo_tools.records.shuffle import Shuffle


def batch(records: list[bytes]) -> tuple[np.ndarray, np.ndarray]:
    ends = np.cumsum([len(record) for record in records])
    starts = np.concatenate([[0], ends[:-1]])
    data = np.frombuffer(b"".join(records), np.uint8)
    return data, np.stack([starts, ends], axis=1).astype(np.int64)


def shuffled(folder, batches, *, seed: int = 0, memory_bytes: int = 1 << 20) -> list[bytes]:
    with Shuffle(f"{folder}/out", seed=seed, memory_bytes=memory_bytes) as shuffle:
        for records in batches:
            shuffle.add(*batch(records))
        out = [
            data[begin:end].tobytes()
            for data, extents in shuffle.batches()
            for begin, end in extents
        ]
        assert shuffle.records == len(out)
    assert list(folder.iterdir()) == []
    return out


NUMBERS = [b"%d" % number for number in range(500)]
PARTS = [NUMBERS[start : start + 50] for start in range(0, 500, 50)]


# A part of 50 records takes 50 * 16 bytes for its extents and 2 or 3 a record.
@pytest.mark.parametrize("memory_bytes", [1 << 20, 6000, 1500, 1])
def test_every_record_comes_once_in_an_order_that_the_seed_decides(tmp_path, memory_bytes):
    one = shuffled(tmp_path, PARTS, seed=1, memory_bytes=memory_bytes)
    assert sorted(one) == sorted(NUMBERS) and one != NUMBERS
    assert shuffled(tmp_path, PARTS, seed=1, memory_bytes=memory_bytes) == one
    assert shuffled(tmp_path, PARTS, seed=2, memory_bytes=memory_bytes) != one


# Each of 6 orders is expected 20 times in 120 draws. Chi-squared with 5 degrees of freedom exceeds
# 26 once in 10,000 runs, and the seeds are fixed.
@pytest.mark.parametrize("memory_bytes", [1 << 20, 1])
def test_each_order_is_as_likely_as_any_other(tmp_path, memory_bytes):
    # With the small memory a file for each part, and as many blocks as records.
    parts = [[b"a", b"b"], [b"c"]]
    orders = Counter(
        b"".join(shuffled(tmp_path, parts, seed=seed, memory_bytes=memory_bytes))
        for seed in range(120)
    )
    every = ["".join(order).encode() for order in itertools.permutations("abc")]
    assert sum((orders[order] - 20) ** 2 / 20 for order in every) < 26


def test_no_records_and_empty_ones(tmp_path):
    assert shuffled(tmp_path, []) == []
    assert shuffled(tmp_path, [[b"", b"x", b""]], memory_bytes=1).count(b"") == 2


def test_memory_is_bounded_whatever_there_is(tmp_path):
    """What is held between two calls, and what comes out at once, stay below the bound."""
    memory_bytes = 1 << 16
    record = bytes(200)
    with Shuffle(f"{tmp_path}/out", seed=3, memory_bytes=memory_bytes) as shuffle:
        for _ in range(100):
            shuffle.add(*batch([record] * 50))
        largest = max(data.nbytes for data, _ in shuffle.batches())
    assert largest < memory_bytes / 2


def test_an_error_leaves_nothing(tmp_path):
    with pytest.raises(KeyError), Shuffle(f"{tmp_path}/out", seed=0, memory_bytes=1) as shuffle:
        shuffle.add(*batch(NUMBERS))
        assert list(tmp_path.iterdir())
        raise KeyError
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_is_an_error():
    with pytest.raises(FileNotFoundError):
        Shuffle("/nowhere/out", seed=0, memory_bytes=1)


def test_records_come_from_readers_as_they_are(tmp_path):
    with _core.RecordWriter(tmp_path / "a") as writer:
        for record in NUMBERS:
            writer.write(record)
    folder = tmp_path / "scratch"
    folder.mkdir()
    reader = _core.RecordReader(tmp_path / "a")
    with Shuffle(f"{folder}/out", seed=0, memory_bytes=4000) as shuffle:
        while len((read := reader.read_batch(40))[1]):
            shuffle.add(*read)
        out = [d[b:e].tobytes() for d, extents in shuffle.batches() for b, e in extents]
    assert sorted(out) == sorted(NUMBERS)
