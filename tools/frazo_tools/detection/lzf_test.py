"""LZF by its definition."""

import pytest
from frazo_tools.detection.lzf import LzfError, decompress_lzf
from frazo_tools.detection.point_file_sample import lzf
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("data", "content"),
    [
        (b"", b""),
        # A run of 3.
        (b"\x02abc", b"abc"),
        # A run, and 1 + 2 bytes from 2 + 1 back.
        (b"\x02abc\x20\x02", b"abcabc"),
        # A copy that meets itself: 3 + 2 bytes from 1 + 1 back.
        (b"\x01ab\x60\x01", b"abababa"),
        # 7 + 4 + 2 bytes from 0 + 1 back.
        (b"\x00a\xe0\x04\x00", b"a" * 14),
        # 32 bytes; 7 + 216 + 2 bytes from 31 + 1 back; 1 + 2 bytes from 256 + 0 + 1 back.
        (
            b"\x1f" + bytes(range(32)) + b"\xe0\xd8\x1f\x21\x00",
            bytes(range(32)) * 8 + b"\0" + b"\0\1\2",
        ),
    ],
)
def test_runs_and_copies(data, content):
    assert decompress_lzf(data, len(content)) == content


@pytest.mark.parametrize(
    ("data", "size", "error"),
    [
        (b"\x02ab", 3, "byte 0: the run of 3 bytes is cut off"),
        (b"\x00a\x20", 4, "byte 2: the copy is cut off"),
        (b"\x00a\xe0\x00", 4, "byte 2: the copy is cut off"),
        (b"\x00a\x20\x01", 4, "byte 2: a copy from 2 back; only 1 are there"),
        (b"\x00a", 2, "byte 2: 1 bytes were compressed; expected 2"),
        (b"\x00a\xe0\xff\x00\xe0\xff\x00", 9, "byte 5: 265 bytes were compressed; expected 9"),
        (b"\x00a\x00a", 1, "byte 4: 2 bytes were compressed; expected 1"),
    ],
)
def test_damage_is_told(data, size, error):
    with pytest.raises(LzfError) as raised:
        decompress_lzf(data, size)
    assert str(raised.value) == error


@given(st.lists(st.binary(max_size=50) | st.integers(1, 700).map(bytes)).map(b"".join))
def test_what_was_compressed_comes_back(content):
    assert decompress_lzf(lzf(content), len(content)) == content


@given(st.binary(), st.integers(0, 1000))
def test_any_bytes_have_the_size_or_are_an_error(data, size):
    try:
        content = decompress_lzf(data, size)
    except LzfError as error:
        assert str(error).startswith("byte ")
    else:
        assert len(content) == size
