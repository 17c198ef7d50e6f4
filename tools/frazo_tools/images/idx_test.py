"""Every IDX file is read back as written, and no damaged one is read at all."""

import gzip
import struct

import numpy as np
import pytest
from frazo_tools.images import idx
from frazo_tools.images.idx import IdxError, read_idx
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

images = arrays.arrays(
    np.uint8, arrays.array_shapes(min_dims=3, max_dims=3, min_side=0, max_side=6)
)
labels = arrays.arrays(
    np.uint8, arrays.array_shapes(min_dims=1, max_dims=1, min_side=0, max_side=50)
)


def encode(values: np.ndarray) -> bytes:
    magic = bytes([0, 0, 8, values.ndim])
    return magic + struct.pack(f">{values.ndim}I", *values.shape) + values.tobytes()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("idx")


def test_reads_a_file_written_by_hand(folder):
    path = folder / "labels"
    path.write_bytes(bytes.fromhex("00000801 00000003 070009"))

    assert read_idx(path, 1).tolist() == [7, 0, 9]


@given(values=images | labels, compressed=st.booleans())
def test_reads_back_what_was_written(folder, values, compressed):
    path = folder / ("values.gz" if compressed else "values")
    path.write_bytes(gzip.compress(encode(values)) if compressed else encode(values))

    read = read_idx(path, values.ndim)

    assert read.dtype == np.uint8
    np.testing.assert_array_equal(read, values)


@given(values=images | labels, data=st.data())
def test_a_truncated_file_is_refused_by_name(folder, values, data):
    content = encode(values)
    path = folder / "short"
    path.write_bytes(content[: data.draw(st.integers(0, len(content) - 1))])

    with pytest.raises(IdxError, match=r"short: .* bytes.* The file is truncated: fetch it again"):
        read_idx(path, values.ndim)


@given(values=labels, data=st.data())
def test_a_truncated_gzip_file_is_refused_by_name(folder, values, data):
    content = gzip.compress(encode(values))
    path = folder / "short.gz"
    # From two bytes on, the least by which gzip recognises its own.
    path.write_bytes(content[: data.draw(st.integers(2, len(content) - 1))])

    with pytest.raises(IdxError, match=r"short\.gz: the gzip data is truncated: fetch it again"):
        read_idx(path, 1)


@given(values=images | labels, tail=st.binary(min_size=1, max_size=9))
def test_bytes_after_the_values_are_refused(folder, values, tail):
    path = folder / "long"
    path.write_bytes(encode(values) + tail)

    with pytest.raises(IdxError, match=r"long: .* The file is followed by something else"):
        read_idx(path, values.ndim)


@given(magic=st.integers(0, 2**32 - 1).filter(lambda magic: magic != 0x0801))
def test_another_magic_number_is_refused(folder, magic):
    path = folder / "other"
    path.write_bytes(struct.pack(">II", magic, 0))

    with pytest.raises(IdxError, match=rf"starts with 0x{magic:08x}; .* starts with 0x00000801"):
        read_idx(path, 1)


def test_sizes_that_overflow_64_bits_are_refused(folder):
    path = folder / "huge"
    path.write_bytes(struct.pack(">IIII", 0x0803, 2**32 - 1, 2**32 - 1, 2**32 - 1))

    with pytest.raises(IdxError, match=r"16 bytes, but its header .4294967295 x .* truncated"):
        read_idx(path, 3)


def test_a_file_that_is_no_gzip_is_refused(folder):
    path = folder / "plain.gz"
    path.write_bytes(b"not compressed")

    with pytest.raises(IdxError, match=r"plain.gz: cannot be read .Not a gzipped file"):
        read_idx(path, 1)


def test_a_missing_file_is_refused(folder):
    with pytest.raises(IdxError, match=r"absent: cannot be read .*No such file"):
        read_idx(folder / "absent", 1)


@pytest.mark.parametrize("name", ["large", "large.gz"])
def test_a_file_that_is_too_large_is_refused(folder, monkeypatch, name):
    # A header of eight bytes and 93 labels.
    monkeypatch.setattr(idx, "MAX_BYTES", 100)
    content = encode(np.zeros(93, np.uint8))
    path = folder / name
    path.write_bytes(gzip.compress(content) if path.suffix else content)

    with pytest.raises(IdxError, match=rf"{name}: it holds more than 100 bytes: it is not one of"):
        read_idx(path, 1)
