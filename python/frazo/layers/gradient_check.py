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

    The points move by _REACH in both directions, far enough for float32. The difference is the mean
    of the slope on the way, so it may be as far from the slope in the middle as the slopes at the
    ends are. They are far from it only where `value` bends within reach, as relu and max do.

    Args:
      value: Computes a scalar from the points.
      points: The variables. Each must have a gradient.
      relative: The error that is allowed beside that of a bend, relative to the slope.
      absolute: The error that is always allowed beside that of a bend.
    """
    directions = [tf.random.stateless_normal(p.shape, [5, i]) for i, p in enumerate(points)]

    @tf.function(autograph=False)
    def value_and_gradients():
        with tf.GradientTape() as tape:
            tape.watch(points)
            y = value()
        return y, tape.gradient(y, points)

    def move(reach: float) -> None:
        for point, direction in zip(points, directions, strict=True):
            point.assign_add(reach * direction)

    def value_and_slope() -> tuple[float, float]:
        y, gradients = value_and_gradients()
        assert all(gradient is not None for gradient in gradients)
        parts = [
            float(tf.reduce_sum(tf.convert_to_tensor(gradient) * direction))
            for gradient, direction in zip(gradients, directions, strict=True)
        ]
        return float(y), sum(parts)

    _, slope = value_and_slope()
    move(_REACH)
    above, slope_above = value_and_slope()
    move(-2 * _REACH)
    below, slope_below = value_and_slope()
    move(_REACH)
    difference = (above - below) / (2 * _REACH)
    bend = max(abs(slope_above - slope), abs(slope_below - slope))
    allowed = max(relative * abs(slope), absolute) + bend
    assert abs(difference - slope) <= allowed, (difference, slope, bend)
