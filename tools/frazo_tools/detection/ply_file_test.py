"""What .ply files have, and what is wrong with damaged ones."""

import io
import re

import numpy as np
import pytest
from frazo_tools.detection.ply_file import read_ply
from frazo_tools.detection.point_columns import PointFileError
from frazo_tools.detection.point_file_sample import check_reader, damaged, expected_points, ply
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

KINDS = ["ascii", "binary_little_endian", "binary_big_endian"]
# Points, and faces after them.
MESH = b"""\
ply\r
format ascii 1.0\r
comment a triangle\r
obj_info of nothing\r
element vertex 3\r
property float x\r
property float32 y\r
property double z\r
property uchar scalar_Intensity\r
element face 1\r
property list uchar int vertex_indices\r
end_header\r
0 0 0 0\r
1 0 -inf 255\r
0 1.5 0 51\r
3 0 1 2\r
"""


def read(content):
    return read_ply(io.BytesIO(content))


def test_the_points_of_a_mesh():
    np.testing.assert_allclose(
        read(MESH), [[0, 0, 0, 0], [1, 0, -np.inf, 1], [0, 1.5, 0, 0.2]], rtol=1e-6
    )


@pytest.mark.parametrize(
    ("kind", "number"),
    [("binary_little_endian", b"\0\0\x80\x3f"), ("binary_big_endian", b"\x3f\x80\0\0")],
)
def test_the_order_of_the_bytes(kind, number):
    content = ply(dict.fromkeys("xyz", np.float32([1])), kind)
    assert content.endswith(b"end_header\n" + 3 * number)
    np.testing.assert_array_equal(read(content), [[1, 1, 1, 0]])


def numbers(dtype):
    return arrays.arrays(dtype, 5)


@given(
    st.tuples(*[numbers("f4") | numbers("f8") | numbers("i4") for _ in range(3)]),
    numbers("f8") | numbers("u1") | numbers("u2"),
    st.sampled_from(KINDS),
)
def test_points_come_back(place, intensity, kind):
    x, y, z = place
    points = read(ply({"nx": z, "z": z, "x": x, "Reflectance": intensity, "y": y}, kind))
    np.testing.assert_array_equal(points, expected_points(place, intensity))


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_may_have_no_points(kind):
    assert read(ply(dict.fromkeys("xyz", np.zeros(0, np.float32)), kind)).shape == (0, 4)


@pytest.mark.parametrize("kind", KINDS)
def test_elements_before_the_points_are_passed_over(kind):
    columns = dict.fromkeys("xyz", np.float32([5]))
    before = "element camera 2\nproperty uchar a\nproperty short b\n"
    header, end, points = ply(columns, kind, before=before).partition(b"end_header\n")
    cameras = b"1 2\n3 4\n" if kind == "ascii" else bytes(6)
    np.testing.assert_array_equal(read(header + end + cameras + points), [[5, 5, 5, 0]])


def changed(before, after):
    assert before in MESH
    return MESH.replace(before, after)


FIELDS = {name: np.arange(9, dtype=np.float32) for name in "xyz"}


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", "it does not begin with the line 'ply', as .ply files do"),
        (b"# .PCD v0.7\n", "it does not begin with the line 'ply'"),
        (b"ply\n", "its header has no end; a .ply file has 'end_header' before its points"),
        (b"ply\nend_header\n", "its header has no line 'format'"),
        (changed(b"1.0", b"2.0"), "line 2: 'format ascii 2.0' is no line of a .ply header"),
        (changed(b"vertex 3", b"vertex -3"), "line 5: 'element vertex -3' is no line of a .ply"),
        (
            changed(b"vertex 3", b"point 3"),
            "element face: the property vertex_indices is a list; po",
        ),
        (b"ply\nformat ascii 1.0\nend_header\n", "it has no element vertex, but nothing"),
        (
            changed(b"float32 y", b"float16 y"),
            "element vertex: 'property float16 y' is none; expec",
        ),
        (
            changed(b"float32 y", b"y"),
            "element vertex: 'property y' is none; expected a type, such",
        ),
        (
            changed(b"float32 y", b"float32 x"),
            "a point has no y, but x, z, scalar_intensity; a scan",
        ),
        (changed(b"uchar scalar_Intensity", b"uchar x"), "a point has x twice"),
        (
            changed(b"1.5", b"high"),
            "its points are no lines of 4 numbers: could not convert string",
        ),
        (
            b"ply\nformat ascii 1.0\nelement vertex 1\nend_header\n",
            "element vertex has no property",
        ),
        (
            changed(b"vertex 3", b"vertex 10000001"),
            "its header has 10,000,001 points; more than 10,000,000 are no scan",
        ),
        (
            ply(FIELDS, "binary_big_endian")[:-1],
            "it has 107 bytes after its header; 9 points of 12 bytes take 108: it was cut off",
        ),
        (ply(FIELDS, "ascii")[:-12], "it has 8 of the 9 points of its header: it was cut off"),
    ],
)
def test_damage_is_told(content, error):
    with pytest.raises(PointFileError, match=re.escape(error)):
        read(content)


@given(st.binary() | damaged([MESH, *(ply(FIELDS, kind) for kind in KINDS)]))
def test_any_bytes_are_points_or_an_error(content):
    check_reader(read_ply, content)
