"""A check of gradients against differences, for tests."""

from collections.abc import Callable, Sequence

import tensorflow as tf

_REACH = 1e-3


def assert_gradients_agree(
    value: Callable[[], tf.Tensor],
    points: Sequence[tf.Variable],
    *,
    relative: float = 0.01,
    absolute: float = 0.02,
) -> None:
    """Compares the slope of `value` along a random direction of all points with its differences.

    The points move by _REACH. That is small enough not to cross the corners of relu and max, and
    large enough for float32.

    Args:
      value: Computes a scalar from the points.
      points: The variables. Each must have a gradient.
      relative: The error that is allowed, relative to the slope.
      absolute: The error that is always allowed.
    """
    directions = [tf.random.stateless_normal(p.shape, [5, i]) for i, p in enumerate(points)]
    graph = tf.function(value, autograph=False)

    @tf.function(autograph=False)
    def gradients():
        with tf.GradientTape() as tape:
            tape.watch(points)
            y = value()
        return tape.gradient(y, points)

    found = gradients()
    assert all(gradient is not None for gradient in found)
    slope = sum(
        float(tf.reduce_sum(tf.convert_to_tensor(g) * d))
        for g, d in zip(found, directions, strict=True)
    )

    def move(reach: float) -> float:
        for point, direction in zip(points, directions, strict=True):
            point.assign_add(reach * direction)
        return float(graph())

    above, below = move(_REACH), move(-2 * _REACH)
    move(_REACH)
    difference = (above - below) / (2 * _REACH)
    assert abs(difference - slope) <= max(relative * abs(slope), absolute), (difference, slope)
