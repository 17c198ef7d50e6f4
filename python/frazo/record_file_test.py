import gzip
import os

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from frazo import _core

FRAMING_BYTES = 16


def split(data: np.ndarray, extents: np.ndarray) -> list[bytes]:
    return [data[begin:end].tobytes() for begin, end in extents]


def write(path, records: list[bytes]):
    with _core.RecordWriter(path) as writer:
        for record in records:
            writer.write(record)
    return path


def read_all(file: _core.RecordFile, max_records: int = 100) -> list[bytes]:
    records = []
    while len((run := file.read_run(max_records))[1]):
        records += split(*run)
    return records


@settings(max_examples=30)
@given(
    records=st.lists(st.binary(max_size=40) | st.just(b"x" * 300_000), max_size=12),
    max_records=st.integers(1, 5),
)
def test_runs_hold_every_record_once_in_order(tmp_path_factory, records, max_records):
    path = write(tmp_path_factory.mktemp("runs") / "a", records)
    file = _core.RecordFile(path)
    assert read_all(file, max_records) == records
    assert file.position == (len(records), path.stat().st_size)


def test_lines_of_text_with_compression(tmp_path):
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(b"one\r\n\ntwo"))
    file = _core.RecordFile(path, format="text", compression="gzip")
    assert read_all(file) == [b"one", b"", b"two"]
    assert file.position == (3, 9)


# Records of 3 bytes take 19 in the file; the middle one's data stands at bytes 31 to 33.
def test_reading_goes_on_behind_damage(tmp_path):
    path = write(tmp_path / "a", [b"one", b"two", b"six"])
    damaged = bytearray(path.read_bytes())
    damaged[31] ^= 1
    path.write_bytes(damaged)
    file = _core.RecordFile(path)
    assert split(*file.read_run(9)) == [b"one"]
    with pytest.raises(_core.DataLossError, match=r"a': record 1 at byte 19 is damaged"):
        file.read_run(9)
    assert file.position == (1, 19)
    assert file.skip_damage() == 19
    assert split(*file.read_run(9)) == [b"six"]
    assert file.skip_damage() is None  # Nothing failed.


def test_a_damaged_compressed_stream_is_lost_from_there_on(tmp_path):
    path = tmp_path / "a.gz"
    with _core.RecordWriter(path, compression="gzip") as writer:
        writer.write(os.urandom(100_000))
    path.write_bytes(path.read_bytes()[:5000])
    file = _core.RecordFile(path, compression="gzip")
    for _ in range(2):
        with pytest.raises(_core.DataLossError):
            file.read_run(1)
        assert file.skip_damage() is None


def test_what_is_wrong_is_named(tmp_path):
    with pytest.raises(_core.NotFoundError, match="cannot open '/nowhere/a'"):
        _core.RecordFile("/nowhere/a")
    with pytest.raises(_core.InvalidArgumentError, match="unknown record format 'csv'; known are"):
        _core.RecordFile("a", format="csv")
    with pytest.raises(_core.InvalidArgumentError, match="max_records is 0"):
        _core.RecordFile("/dev/null").read_run(0)


def test_files_are_found_by_patterns(tmp_path):
    for name, size in (("b", 1), ("a", 2), ("t-00000-of-00002", 3), ("t-00001-of-00002", 4)):
        (tmp_path / name).write_bytes(bytes(size))
    found = _core.find_record_files([f"{tmp_path}/[ab]", f"{tmp_path}/a", f"{tmp_path}/t@*"])
    assert found == [
        (f"{tmp_path}/a", 2),
        (f"{tmp_path}/b", 1),
        (f"{tmp_path}/t-00000-of-00002", 3),
        (f"{tmp_path}/t-00001-of-00002", 4),
    ]
    with pytest.raises(_core.NotFoundError, match="no file matches"):
        _core.find_record_files([f"{tmp_path}/c*"])
    with pytest.raises(_core.InvalidArgumentError, match="folder"):
        _core.find_record_files([str(tmp_path)])


@pytest.mark.parametrize("compression", ["none", "gzip", "zlib", "zstd"])
def test_compression_shows_in_the_first_bytes(tmp_path, compression):
    with _core.RecordWriter(tmp_path / "a", compression=compression) as writer:
        writer.write(b"abc")
    assert _core.guess_compression((tmp_path / "a").read_bytes()[:12]) == compression


def test_other_bytes_show_no_compression():
    assert _core.guess_compression(b"") is None
    assert _core.guess_compression(b"Some text.\n") is None
