"""Arrays of NumPy's as scans."""

from io import BytesIO

import numpy as np
import pytest
from frazo_tools.detection.npy_file import read_npy
from frazo_tools.detection.point_columns import PointFileError
from hypothesis import given
from hypothesis import strategies as st

TYPES = ("<f4", ">f8", "<f2", "|i1", "<i4", ">u2", "<u8")


def saved(array, version=None):
    file = BytesIO()
    np.lib.format.write_array(file, array, version)
    return file.getvalue()


@given(
    st.sampled_from(TYPES),
    st.booleans(),
    st.sampled_from([(1, 0), (2, 0), (3, 0)]),
    st.integers(0, 5),
    st.integers(3, 6),
)
def test_what_numpy_writes_is_read(dtype, is_fortran, version, rows, columns):
    points = np.arange(rows * columns).reshape(rows, columns).astype(dtype)
    content = saved(np.asfortranarray(points) if is_fortran else points, version)
    read = read_npy(BytesIO(content))
    assert (read.dtype, read.shape) == (np.float32, (rows, max(columns, 4)))
    np.testing.assert_array_equal(read[:, :columns], points)
    assert not read[:, columns:].any()


def test_a_number_too_large_for_float32_is_infinite():
    assert read_npy(BytesIO(saved(np.array([[1e300, 2, 3]])))).tolist() == [[np.inf, 2, 3, 0]]


HEADER = b"\x93NUMPY\1\0\x50\0"
POINTS = saved(np.ones([2, 4], np.float32))


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"PK", "it is no array of NumPy's"),
        (b"\x93NUMPY\1", "its version is none of 1, 2 and 3"),
        (b"\x93NUMPY\4\0", "its version is none of 1, 2 and 3"),
        (b"\x93NUMPY\1\0v", "its header is cut off"),
        (HEADER + b"{}", "its header is cut off"),
        (b"\x93NUMPY\2\0\xff\xff\xff\xff" + b" " * 20_000, "or is none of an array of numbers"),
        # NumPy's reader ends with SyntaxError.
        (POINTS.replace(b"<f4", b"<08"), "its header is none of an array of numbers: b\"{'descr'"),
        (saved(np.zeros(3, "f4,f4,f4")), "its header is none of an array of numbers"),
        (saved(np.zeros([1, 3], bool)), "its header is none of an array of numbers"),
        (saved(np.zeros(4)), r"float64 \[4\]; expected numbers, \[points, 3 or more\]"),
        (saved(np.zeros([5, 2])), r"float64 \[5, 2\]; expected numbers"),
        (POINTS.replace(b"(2, 4)", b"(0, 99999999999999999999)"), "expected numbers"),
        (POINTS[:-1], "it has 31 bytes after its header; 2 points of 4 numbers take 32"),
        (POINTS.replace(b"(2, 4)", b"(9999999999, 4)"), "9,999,999,999 points; more than"),
    ],
)
def test_what_is_no_scan_is_an_error(content, error):
    with pytest.raises(PointFileError, match=error):
        read_npy(BytesIO(content))
