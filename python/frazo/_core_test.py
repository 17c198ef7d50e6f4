import os
import pathlib
import subprocess
import sys
import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from frazo import _core
from frazo.proto import compression_pb2

COMPRESSIONS = [name.lower() for name in compression_pb2.Compression.DESCRIPTOR.values_by_name]
RECORDS = [b"one", b"", b"three" * 1000, bytes(range(256))]


def write(path: pathlib.Path, records: list[bytes], compression: str = "none") -> pathlib.Path:
    with _core.RecordWriter(path, compression=compression) as writer:
        for record in records:
            writer.write(record)
    return path


def split(data: np.ndarray, extents: np.ndarray) -> list[bytes]:
    return [data[begin:end].tobytes() for begin, end in extents]


@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_what_is_written_is_read(tmp_path, compression):
    path = write(tmp_path / "a", RECORDS, compression)
    assert list(_core.RecordReader(path, compression=compression)) == RECORDS


@settings(max_examples=30)
@given(
    records=st.lists(st.binary(max_size=40) | st.just(b"x" * 300_000), max_size=12),
    max_records=st.integers(1, 5),
    compression=st.sampled_from(COMPRESSIONS),
)
def test_batches_hold_every_record_once_in_order(
    tmp_path_factory, records, max_records, compression
):
    path = write(tmp_path_factory.mktemp("batches") / "a", records, compression)
    reader = _core.RecordReader(str(path), compression=compression)
    batches = []
    while len((batch := reader.read_batch(max_records))[1]):
        batches.append(batch)
    assert [len(extents) for _, extents in batches[:-1]] == [max_records] * (len(batches) - 1)
    assert [record for data, extents in batches for record in split(data, extents)] == records


# Framing: 12 bytes before the data of a record, 4 after it.
def test_a_batch_is_a_view_of_the_file_with_its_framing(tmp_path):
    path = write(tmp_path / "a", [b"one", b"", b"three"])
    reader = _core.RecordReader(path)
    data, extents = reader.read_batch(2)
    assert data.dtype == np.uint8 and data.shape == (35,)
    assert extents.dtype == np.int64 and extents.tolist() == [[12, 15], [31, 31]]
    assert data.tobytes() == path.read_bytes()[:35]
    assert not data.flags.writeable and not extents.flags.writeable
    del reader
    assert split(data, extents) == [b"one", b""]


def test_the_end_gives_empty_arrays(tmp_path):
    data, extents = _core.RecordReader(write(tmp_path / "a", [])).read_batch(3)
    assert data.shape == (0,) and extents.shape == (0, 2)


def test_a_writer_whose_block_raises_leaves_the_old_file(tmp_path):
    path = write(tmp_path / "a", [b"old"])
    with pytest.raises(KeyError), _core.RecordWriter(path) as writer:
        writer.write(b"new")
        raise KeyError
    assert list(_core.RecordReader(path)) == [b"old"]
    assert [entry.name for entry in tmp_path.iterdir()] == ["a"]


def test_a_writer_may_be_closed_inside_its_block_and_then_refuses(tmp_path):
    with _core.RecordWriter(tmp_path / "a") as writer:
        writer.write(b"x")
        writer.close()
        assert list(_core.RecordReader(tmp_path / "a")) == [b"x"]
        with pytest.raises(
            _core.FailedPreconditionError, match="a' is closed already; create a new"
        ):
            writer.write(b"y")


def test_a_damaged_record_is_named(tmp_path):
    path = write(tmp_path / "a", [b"one", b"two"])
    damaged = bytearray(path.read_bytes())
    damaged[-5] ^= 1
    path.write_bytes(damaged)
    reader = _core.RecordReader(path)
    assert next(reader) == b"one"
    with pytest.raises(
        _core.DataLossError, match=r"a': record 1 at byte 19 is damaged: the checksum"
    ):
        next(reader)
    with pytest.raises(_core.DataLossError):
        reader.read_batch(1)


@pytest.mark.parametrize(
    ("python_class", "frazo_class", "act", "message"),
    [
        (
            FileNotFoundError,
            _core.NotFoundError,
            lambda: _core.RecordReader("/nowhere/a"),
            "cannot open '/nowhere/a': No such file or directory; check the path, relative ones from"
            " the current folder",
        ),
        (
            ValueError,
            _core.InvalidArgumentError,
            lambda: _core.RecordReader("a", compression="lz4"),
            "unknown compression 'lz4'; choose one of none, gzip, zlib, zstd",
        ),
        (
            ValueError,
            _core.InvalidArgumentError,
            lambda: _core.RecordReader("/dev/null", max_record_bytes=0),
            "max_record_bytes is 0 but must be at least 1",
        ),
        (
            ValueError,
            _core.InvalidArgumentError,
            lambda: _core.RecordReader("/dev/null").read_batch(0),
            "max_records is 0 but must be at least 1",
        ),
    ],
)
def test_errors_are_both_ours_and_pythons(python_class, frazo_class, act, message):
    with pytest.raises(python_class) as caught:
        act()
    assert type(caught.value) is frazo_class
    assert isinstance(caught.value, _core.FrazoError)
    assert str(caught.value) == message


# RFC 3720, appendix B.4, and the check value of the nine digits.
def test_crc32c():
    assert _core.crc32c(bytes(32)) == 0x8A9136AA
    assert _core.crc32c(bytes(range(32))) == 0x46DD794E
    assert _core.crc32c(b"123456789") == 0xE3069283


def test_file_crc32c(tmp_path):
    (tmp_path / "a").write_bytes(b"123456789")
    assert _core.file_crc32c(tmp_path / "a") == 0xE3069283
    with pytest.raises(FileNotFoundError, match="missing"):
        _core.file_crc32c(tmp_path / "missing")


def test_threads_may_share_a_reader(tmp_path):
    records = [b"%d" % i for i in range(5000)]
    reader = _core.RecordReader(write(tmp_path / "a", records))
    parts: list[list[bytes]] = [[] for _ in range(4)]
    threads = [threading.Thread(target=lambda part=part: part.extend(reader)) for part in parts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(record for part in parts for record in part) == sorted(records)


def test_tensorflow_is_not_imported():
    code = "from frazo import _core; import sys; print('tensorflow' in sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout == "False\n"
