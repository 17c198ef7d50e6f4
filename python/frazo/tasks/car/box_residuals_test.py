import math

import numpy as np
import tensorflow as tf
from frazo.tasks.car.box_residuals import boxes_of_residuals, facing, is_reversed, wrapped
from frazo.tasks.car.small_scenes import residuals_of_boxes


def test_a_box_by_hand():
    # The ground plan's diagonal is 5 m.
    anchor = tf.constant([10.0, 20.0, -1.0, 4.0, 3.0, 2.0, 3.0])
    residuals = tf.constant([0.2, -0.4, 0.5, math.log(2), 0.0, math.log(0.5), 0.5])
    box = boxes_of_residuals(residuals, anchor)
    np.testing.assert_allclose(box, [11, 18, 0, 8, 3, 1, 3.5 - 2 * math.pi], rtol=1e-5)


def test_no_residual_is_the_anchor():
    anchor = tf.constant([[1.0, 2.0, 3.0, 4.0, 2.0, 1.5, -1.0]])
    np.testing.assert_allclose(boxes_of_residuals(tf.zeros([1, 7]), anchor), anchor, rtol=1e-6)


def test_boxes_come_back_from_their_residuals():
    generator = np.random.default_rng(3)
    boxes, anchors = generator.normal(size=[2, 50, 7]) * 3
    boxes[:, 3:6], anchors[:, 3:6] = np.exp(generator.normal(size=[2, 50, 3]))
    boxes[:, 6] = generator.uniform(-math.pi, math.pi, 50)
    residuals = residuals_of_boxes(boxes, anchors)
    found = boxes_of_residuals(tf.constant(residuals, tf.float64), tf.constant(anchors))
    np.testing.assert_allclose(found, boxes, rtol=1e-9, atol=1e-9)


def test_angles_are_wrapped_from_minus_pi_on():
    angles = tf.constant([math.pi, -math.pi, 4.0, -4.0, 0.5, 20.0], tf.float64)
    wanted = [-math.pi, -math.pi, 4 - 2 * math.pi, 2 * math.pi - 4, 0.5, 20 - 6 * math.pi]
    np.testing.assert_allclose(wrapped(angles), wanted, atol=1e-12)


def test_a_heading_keeps_its_axis_and_gets_the_direction_said():
    headings = tf.constant([0.5, 0.5, 3.0, 3.0, -2.0])
    residuals = tf.pad(headings[:, tf.newaxis], [[0, 0], [6, 0]], constant_values=7)
    found = facing(residuals, tf.constant([-1.0, 1.0, -1.0, 1.0, -1.0]))
    wanted = [0.5, 0.5 + math.pi, 3 - math.pi, 3, math.pi - 2]
    np.testing.assert_allclose(found[:, 6], wanted, rtol=1e-6)
    np.testing.assert_array_equal(found[:, :6], residuals[:, :6])


def test_more_than_a_quarter_turn_is_the_other_way_round():
    headings = tf.constant([0.0, 1.5, 1.6, -1.5, -1.6, 3.1, 6.2, 4.0])
    residuals = tf.pad(headings[:, tf.newaxis], [[0, 0], [6, 0]])
    wanted = [False, False, True, False, True, True, False, True]
    np.testing.assert_array_equal(is_reversed(residuals), wanted)
