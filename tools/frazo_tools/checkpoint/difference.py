"""How far two arrays are apart."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

# Values that are compared at once; more would take more memory.
_CHUNK = 1 << 20


class Difference(NamedTuple):
    """How two arrays of one shape and type differ.

    Attributes:
      count: The number of values that differ.
      absolute: The largest |a - b|; infinite if one of both is not a number, or infinite. None for
        texts.
      relative: The largest |a - b| / max(|a|, |b|), likewise.
    """

    count: int
    absolute: float | None
    relative: float | None


def difference(a: np.ndarray, b: np.ndarray, tolerance: float = 0.0) -> Difference:
    """Compares arrays value by value. Values that are no numbers in both are equal.

    Args:
      a: Numbers, truth values, or texts as objects.
      b: Of the same shape and type.
      tolerance: Values are equal if their absolute or their relative difference is at most this;
        >= 0.
    """
    if a.dtype == object:
        return Difference(int(np.count_nonzero(a != b)), None, None)
    count, largest, largest_relative = 0, 0.0, 0.0
    for x, y in _chunks(a, b):
        distances = _distances(x, y)
        scales = np.maximum(_sizes(x), _sizes(y))
        with np.errstate(invalid="ignore", divide="ignore"):
            relative = np.where(distances == 0, 0.0, distances / scales)
        relative[np.isnan(relative)] = np.inf
        count += int(np.count_nonzero((distances > tolerance) & (relative > tolerance)))
        largest = max(largest, float(distances.max()))
        largest_relative = max(largest_relative, float(relative.max()))
    return Difference(count, largest, largest_relative)


def _chunks(a: np.ndarray, b: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    flat_a, flat_b = a.reshape(-1), b.reshape(-1)
    for start in range(0, flat_a.size, _CHUNK):
        yield _wide(flat_a[start : start + _CHUNK]), _wide(flat_b[start : start + _CHUNK])


def _wide(values: np.ndarray) -> np.ndarray:
    """Returns the values, exactly, in a type that NumPy computes with."""
    if values.dtype.kind in "iu":
        return values
    if values.dtype.kind == "c":
        return values.astype(np.complex128)
    return values.astype(np.float64)


def _distances(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Returns |x - y|, float64."""
    if x.dtype.kind in "iu":
        # Modulo 2 ** 64 the difference of the larger and the smaller is right.
        bits = (np.maximum(x, y).astype(np.uint64), np.minimum(x, y).astype(np.uint64))
        return (bits[0] - bits[1]).astype(np.float64)
    with np.errstate(invalid="ignore", over="ignore"):
        distances = np.abs(x - y)
    distances[(x == y) | (np.isnan(x) & np.isnan(y))] = 0
    distances[np.isnan(distances)] = np.inf
    return distances


def _sizes(x: np.ndarray) -> Any:
    return np.abs(x.astype(np.float64) if x.dtype.kind in "iu" else x)
