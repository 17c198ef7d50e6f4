import numpy as np
import tensorflow as tf
from frazo.proto import anchors_pb2
from frazo.tasks.car.anchor_boxes import anchor_boxes, at_centers, num_offsets
from google.protobuf import text_format

_ANCHORS = text_format.Parse(
    "x_offsets: [-1, 1] y_offsets: 0.5 z_offsets: [-1, 2] rotations: [0, 1.5]"
    "sizes { length: 4 width: 2 height: 1.5 } sizes { length: 1 width: 0.5 height: 1.7 }",
    anchors_pb2.Anchors(),
)


def test_sizes_change_fastest_and_x_slowest():
    boxes = anchor_boxes(_ANCHORS)
    assert boxes.shape == (16, 7)
    assert num_offsets(_ANCHORS) == 4
    car, person = [4, 2, 1.5], [1, 0.5, 1.7]
    wanted = [
        [-1, 0.5, -1, *car, 0],
        [-1, 0.5, -1, *person, 0],
        [-1, 0.5, -1, *car, 1.5],
        [-1, 0.5, -1, *person, 1.5],
        [-1, 0.5, 2, *car, 0],
    ]
    np.testing.assert_allclose(boxes[:5], np.array(wanted, np.float32))
    np.testing.assert_allclose(boxes[-1], np.array([1, 0.5, 2, *person, 1.5], np.float32))


def test_anchors_move_with_their_centre():
    centers = tf.constant([[[10.0, 20.0, 0.0], [1.0, 2.0, 3.0]]])
    boxes = at_centers(anchor_boxes(_ANCHORS), centers)
    assert boxes.shape == (1, 2, 16, 7)
    np.testing.assert_allclose(boxes[0, 0, 0], [9, 20.5, -1, 4, 2, 1.5, 0])
    np.testing.assert_allclose(boxes[0, 1, 15], [2, 2.5, 5, 1, 0.5, 1.7, 1.5], rtol=1e-6)
