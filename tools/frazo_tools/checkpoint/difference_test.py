"""Differences of arrays, by hand."""

import numpy as np
import pytest
import tensorflow as tf
from frazo_tools.checkpoint import difference as module
from frazo_tools.checkpoint.difference import Difference, difference
from hypothesis import given
from hypothesis.extra import numpy as arrays

NAN, INF = np.nan, np.inf


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ([1.0, 2.0], [1.0, 2.0], Difference(0, 0, 0)),
        # |4 - 3|, and of 4 a quarter; of 0.5 and 1 a half.
        ([4.0, 0.5], [3.0, 1.0], Difference(2, 1, 0.5)),
        ([0.0], [-0.0], Difference(0, 0, 0)),
        ([-1.0], [1.0], Difference(1, 2, 2)),
        ([NAN, INF, -INF], [NAN, INF, -INF], Difference(0, 0, 0)),
        ([NAN], [1.0], Difference(1, INF, INF)),
        ([INF], [1.0], Difference(1, INF, INF)),
        ([INF], [-INF], Difference(1, INF, INF)),
        ([0.0], [1e-9], Difference(1, 1e-9, 1)),
        ([], [], Difference(0, 0, 0)),
    ],
)
def test_numbers(a, b, expected):
    assert difference(np.array(a, np.float64), np.array(b, np.float64)) == expected


@pytest.mark.parametrize(
    ("dtype", "a", "b", "expected"),
    [
        (np.bool_, [True, False], [True, True], Difference(1, 1, 1)),
        (np.uint8, [0, 255], [255, 255], Difference(1, 255, 1)),
        (np.int8, [-128], [127], Difference(1, 255, 255 / 128)),
        # They are the same number as float64.
        (np.int64, [2**62], [2**62 + 1], Difference(1, 1, 2.0**-62)),
        (np.int64, [-(2**63)], [2**63 - 1], Difference(1, 2.0**64, 2)),
        (tf.bfloat16.as_numpy_dtype, [1.0], [1.5], Difference(1, 0.5, 1 / 3)),
        (np.complex64, [3 + 4j], [0], Difference(1, 5, 1)),
    ],
)
def test_types(dtype, a, b, expected):
    assert difference(np.array(a, dtype), np.array(b, dtype)) == expected


def test_texts_are_equal_or_not():
    a, b = np.array([b"x", b"y", b"z"], object), np.array([b"x", b"", b"Z"], object)
    assert difference(a, b) == Difference(2, None, None)
    assert difference(a[0:0], b[0:0]) == Difference(0, None, None)


@pytest.mark.parametrize(("tolerance", "count"), [(0.0, 2), (0.009, 2), (0.011, 1), (0.6, 0)])
def test_a_tolerance_is_absolute_or_relative(tolerance, count):
    # They differ by 1 or a hundredth, and by 0.5 or the whole.
    a, b = np.array([100.0, 0.5, 7.0]), np.array([99.0, 0.0, 7.0])
    assert difference(a, b, tolerance) == Difference(count, 1, 1)


def test_chunks_make_no_difference(monkeypatch):
    a = np.arange(12.0).reshape(3, 4)
    b = a + np.where(a == 7, 0.5, 0)
    monkeypatch.setattr(module, "_CHUNK", 5)
    assert difference(a, b) == Difference(1, 0.5, 0.5 / 7.5)


@given(arrays.arrays(np.float32, 5), arrays.arrays(np.float32, 5))
def test_it_is_symmetric_and_0_for_the_same(a, b):
    assert difference(a, b) == difference(b, a)
    assert difference(a, a) == Difference(0, 0, 0)
    assert (difference(a, b).count == 0) == np.array_equal(a, b, equal_nan=True)
