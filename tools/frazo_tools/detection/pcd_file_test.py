"""What .pcd files have, and what is wrong with damaged ones."""

import io
import re

import numpy as np
import pytest
from frazo_tools.detection.pcd_file import read_pcd
from frazo_tools.detection.point_columns import PointFileError
from frazo_tools.detection.point_file_sample import check_reader, damaged, expected_points, pcd
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

DATA = ["ascii", "binary", "binary_compressed"]
# As the documentation of the format has it, with an intensity.
DOCUMENTED = b"""\
# .PCD v.7 - Point Cloud Data file format
VERSION .7
FIELDS x y z rgb intensity
SIZE 4 4 4 4 1
TYPE F F F F U
COUNT 1 1 1 1 1
WIDTH 2
HEIGHT 1
VIEWPOINT 0 0 0 1 0 0 0
POINTS 2
DATA ascii
0.93773 0.33763 0 4.2108e+06 255
nan 0.35641 -0.5 4.2108e+06 51
"""


def read(content):
    return read_pcd(io.BytesIO(content))


def test_the_documented_example():
    np.testing.assert_allclose(
        read(DOCUMENTED), [[0.93773, 0.33763, 0, 1], [np.nan, 0.35641, -0.5, 0.2]], rtol=1e-6
    )


def test_a_binary_file_byte_by_byte():
    content = pcd({"x": np.float32([1]), "y": np.float32([2]), "z": np.float32([-2])}, "binary")
    assert content.endswith(b"DATA binary\n\0\0\x80\x3f\0\0\0\x40\0\0\0\xc0")
    np.testing.assert_array_equal(read(content), [[1, 2, -2, 0]])


def numbers(dtype):
    return arrays.arrays(dtype, 5)


@given(
    st.tuples(*[numbers("f4") | numbers("f8") for _ in range(3)]),
    numbers("f4") | numbers("u1") | numbers("u2"),
    arrays.arrays("i2", [5, 3]),
    st.sampled_from(DATA),
)
def test_points_come_back(place, intensity, other, data):
    x, y, z = place
    points = read(pcd({"Z": z, "normal": other, "X": x, "reflectivity": intensity, "y": y}, data))
    np.testing.assert_array_equal(points, expected_points(place, intensity))


@pytest.mark.parametrize("data", DATA)
def test_a_file_may_have_no_points(data):
    assert read(pcd(dict.fromkeys("xyz", np.zeros(0, np.float32)), data)).shape == (0, 4)


def test_padding_may_come_twice():
    header, _, _ = DOCUMENTED.partition(b"0.93773")
    header = header.replace(b"x y z rgb intensity", b"x _ y _ z").replace(b"WIDTH 2", b"WIDTH 1")
    content = header.replace(b"POINTS 2", b"POINTS 1") + b"1 7 2 7 3\n"
    np.testing.assert_array_equal(read(content), [[1, 2, 3, 0]])


def changed(before, after):
    assert before in DOCUMENTED
    return DOCUMENTED.replace(before, after)


FIELDS = {name: np.arange(9, dtype=np.float32) for name in "xyz"}
# The header of 9 points of 12 bytes.
COMPRESSED_HEADER = pcd(FIELDS, "binary").replace(b"DATA binary", b"DATA binary_compressed")[:-108]


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", "its header has no end; a .pcd file has the line DATA before its points"),
        (b"\x89PNG\r\n", "begins no line of a header; a .pcd file has VERSION, FIELDS"),
        (b"ply\nformat", "'ply' begins no line of a header"),
        (changed(b"WIDTH 2\n", b""), "its header has no line WIDTH; write the file again"),
        (changed(b"WIDTH 2", b"WIDTH 3"), "its header has 2 POINTS, but WIDTH 3 and HEIGHT 1"),
        (changed(b"WIDTH 2", b"WIDTH -2"), "its header has WIDTH '-2'; expected 1 whole numbers"),
        (changed(b"POINTS 2", b"POINTS 2\nPOINTS 2"), "its header has POINTS twice"),
        (changed(b"DATA ascii", b"DATA text"), "its header has DATA 'text'; expected ascii, bin"),
        (changed(b"TYPE F", b"TYPE X"), "its header has TYPE 'X F F F U' with SIZE '4 4 4 4 1'"),
        (changed(b"SIZE 4", b"SIZE 3"), "its header has TYPE 'F F F F U' with SIZE '3 4 4 4 1'"),
        (changed(b"SIZE 4 ", b"SIZE "), "its header has SIZE '4 4 4 1'; expected 5 whole numbers"),
        (changed(b"COUNT 1", b"COUNT 0"), "its header has COUNT '0 1 1 1 1'; expected 1 to 10,000"),
        (changed(b"x y z", b"x y a"), "a point has no z, but x, y, a, rgb, intensity; a scan has"),
        (changed(b"rgb", b"y"), "a point has y twice"),
        (changed(b"-0.5", b"1e"), "its points are no lines of 5 numbers: could not convert string"),
        (changed(b" 51", b""), "its points are no lines of 5 numbers: the number of columns chang"),
        (changed(b" 4.2108e+06", b""), "a line of its points has 4 numbers; its header has 5"),
        (
            changed(b"nan 0.35641 -0.5 4.2108e+06 51\n", b""),
            "it has 1 of the 2 points of its header: it was cut off",
        ),
        (
            changed(b"WIDTH 2", b"WIDTH 10000001").replace(b"POINTS 2", b"POINTS 10000001"),
            "its header has 10,000,001 points; more than 10,000,000 are no scan",
        ),
        (
            pcd(FIELDS, "binary")[:-1],
            "it has 107 bytes after its header; 9 points of 12 bytes take 108: it was cut off",
        ),
        (
            COMPRESSED_HEADER + b"\x03\0\0\0\x6c\0\0\0\xff\xff",
            "it has 2 of its 3 compressed bytes: it was cut off",
        ),
        (
            COMPRESSED_HEADER + b"123",
            "it ends after its header: it was cut off",
        ),
        (
            COMPRESSED_HEADER + b"\x02\0\0\0\x6d\0\0\0\xff\xff",
            "109 bytes were compressed; 9 points of its header take 108",
        ),
        (
            COMPRESSED_HEADER + b"\x02\0\0\0\x6c\0\0\0\xff\xff",
            "its compressed points are damaged: byte 0: the copy is cut off",
        ),
    ],
)
def test_damage_is_told(content, error):
    with pytest.raises(PointFileError, match=re.escape(error)):
        read(content)


@given(st.binary() | damaged([DOCUMENTED, *(pcd(FIELDS, data) for data in DATA)]))
def test_any_bytes_are_points_or_an_error(content):
    check_reader(read_pcd, content)
