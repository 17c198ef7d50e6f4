import gzip
import io

import pytest
from frazo_tools.bounded_read import TooLargeError, read_bounded


@pytest.mark.parametrize("size", [0, 1, 99, 100])
def test_reads_all_of_a_file_within_the_limit(size):
    assert read_bounded(io.BytesIO(b"x" * size), 100) == b"x" * size


def test_refuses_one_byte_more():
    with pytest.raises(TooLargeError, match="it holds more than 1,000 bytes"):
        read_bounded(io.BytesIO(b"x" * 1001), 1000)


def test_unpacks_little_more_than_the_limit():
    packed = gzip.compress(bytes(10_000_000))
    with gzip.open(io.BytesIO(packed)) as unpacked:
        with pytest.raises(TooLargeError):
            read_bounded(unpacked, 1000)
        assert unpacked.tell() == 1001
