import math

import pytest
import tensorflow as tf
from frazo.tasks.car.box_errors import box_errors

_TRUE = tf.constant([[1.0, 2, 3, 4, 2, 1.5, 3.0], [0.0, 0, 0, 4, 2, 1.5, 0.0], [9.0] * 7])
_PREDICTED = tf.constant(
    [[4.0, 6, 3, 5, 2, 1.0, -3.0], [0.0, 0, 1, 4, 3, 1.5, 0.1], [math.nan] * 7]
)


def test_means_over_the_boxes_that_count():
    errors = box_errors(_PREDICTED, _TRUE, tf.constant([True, True, False]))
    assert {name: float(weight) for name, (_, weight) in errors.items()} == dict.fromkeys(errors, 2)
    # The first is sqrt(3^2 + 4^2) = 5 m away, and turned by 2 pi - 6 = 0.2832.
    assert {name: float(mean) for name, (mean, _) in errors.items()} == {
        "error/center_distance": pytest.approx((5 + 1) / 2),
        "error/length": pytest.approx(0.5),
        "error/width": pytest.approx(0.5),
        "error/height": pytest.approx(-0.25),
        "error/rotation_deg": pytest.approx(math.degrees(0.283185 + 0.1) / 2, rel=1e-4),
    }


def test_nothing_counts_if_no_anchor_stands_for_an_object():
    errors = box_errors(_PREDICTED, _TRUE, tf.constant([False, False, False]))
    assert all((float(mean), float(weight)) == (0, 0) for mean, weight in errors.values())
