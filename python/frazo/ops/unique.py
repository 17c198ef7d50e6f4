"""The different values of a list."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import tensorflow as tf

_has_bound = False


@contextlib.contextmanager
def bounded_unique() -> Iterator[None]:
    """Within it unique() states as its number of values the most that there can be.

    For functions that are traced to learn what they take, and never run.
    """
    global _has_bound
    before, _has_bound = _has_bound, True
    try:
        yield
    finally:
        _has_bound = before


def unique(values: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Finds the different values.

    Args:
      values: [count].

    Returns:
      (different, places): the values in the order of their first places, and for each element of
        `values` the index of its value among these, int32 [count].
    """
    different, places = tf.unique(values)
    if _has_bound:
        different.set_shape(values.shape)
    return different, places
