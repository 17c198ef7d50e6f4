import types

import numpy as np
import pytest
import tensorflow as tf
from frazo.layers.place import Place
from frazo.proto import point_detection_pb2, prepare_scene_pb2, processor_pb2
from frazo.tasks.car.detection_servable import DetectionServable
from frazo.tasks.car.detections import Detections
from frazo.tasks.car.point_detection import PointDetection
from frazo.tasks.car.small_scenes import ANCHORS, make_batch
from frazo.tasks.row_wise_check import check_row_wise
from google.protobuf import text_format

_SCENE = """
    steps { random_flip {} }
    steps { keep_range { min_x: 0 max_y: 8 } }
    steps { remove_no_label_zone { feature: 0 } }
    centers { count: 37 min_z: -1.6 in_image: true }
    neighbor_steps { drop_ring {} }
    neighbors { count: 32 radius: 2.5 }
    model_classes: "Car"
    model_classes: "Van"
"""
_TASK = """
    network { featurizer { units: 4 blocks { hidden_units: 8 units: 6 } } offset_units: 5 }
    classes { name: "Car" score_threshold: 0.002 }
    classes { name: "Van" score_threshold: 0.001 most_detections: 5 }
"""


def scene_of(text):
    return text_format.Parse(text, prepare_scene_pb2.PrepareScene())


@pytest.fixture(scope="module")
def batch():
    return {name: tf.constant(value) for name, value in make_batch(3, seed=1).items()}


@pytest.fixture(scope="module")
def loaded(batch, tmp_path_factory):
    """An export that was written and loaded."""
    message = text_format.Parse(_TASK, point_detection_pb2.PointDetection(anchors=ANCHORS))
    spec = {name: tf.TensorSpec([None, *x.shape[1:]], x.dtype) for name, x in batch.items()}
    task = PointDetection(message, Place(seed=1), input_spec=spec)
    step = processor_pb2.Step(prepare_scene=scene_of(_SCENE))
    servable = task.servable(types.SimpleNamespace(steps=lambda: [step]))
    path = str(tmp_path_factory.mktemp("export"))
    tf.saved_model.save(servable, path, signatures=servable.signatures())
    return servable, tf.saved_model.load(path)


def scans_of(batch):
    return {"points": batch["points"], "lengths": batch["points_length"]}


def test_boxes_of_all_classes_come_best_first(loaded, batch):
    found = loaded[1].signatures["detect"](**scans_of(batch))
    totals = found["num_detections"].numpy()
    most = totals.max()
    assert found["boxes"].shape == (3, most, 7)
    for row, total in enumerate(totals):
        scores = found["scores"][row, :total].numpy()
        assert np.all(scores[:-1] >= scores[1:])
        assert np.sum(found["classes"][row, :total] == 2) == 5
        assert set(found["classes"][row, :total].numpy()) == {1, 2}
        assert not np.any(found["scores"][row, total:])
        assert not np.any(found["classes"][row, total:])


def test_about(loaded):
    about = loaded[1].signatures["about"]()
    assert about["class_names"].numpy().tolist() == [b"Car", b"Van"]
    assert int(about["num_features"]) == 1


def test_a_scan_gets_what_it_gets_alone(loaded, batch):
    servable, export = loaded
    camera = {"velo_to_image": batch["velo_to_image"], "image_sizes": batch["image_size"]}
    check_row_wise(export.signatures, servable.row_wise(), scans_of(batch) | camera)


def cells_of(text, points, *camera):
    """Returns the cells that a servable shows its detector; `camera` is its matrix and size."""
    seen = []

    def detect(cells):
        seen.append(cells)
        return Detections(tf.zeros([1, 1, 1, 7]), tf.zeros([1, 1, 1]), tf.zeros([1, 1], tf.int32))

    task = types.SimpleNamespace(
        variables=(), detect=detect, message=point_detection_pb2.PointDetection()
    )
    servable = DetectionServable(task, scene_of(text), 1)
    tensors = tf.constant([points], tf.float32), tf.constant([len(points)])
    name = "detect_with_camera" if camera else "detect"
    found = servable.signatures()[name].python_function(*tensors, *camera)
    assert found["boxes"].shape == (1, 0, 7)
    return seen[0]


def test_points_that_the_input_leaves_out_are_left_out():
    kept, *others = [[1, 2, 0, 0], [-1, 2, 0, 0], [1, 9, 0, 0], [1, 2, 0, 1], [np.nan, 0, 0, 0]]
    cells = cells_of(_SCENE, [others[0], kept, *others[1:]])
    np.testing.assert_array_equal(cells["centers"][0, :2], [[1, 2, 0], [0, 0, 0]])
    np.testing.assert_array_equal(cells["neighbor_counts"][0, :2], [1, 0])


def test_neighbor_steps_and_the_camera_leave_points_out():
    text = _SCENE + "neighbor_steps { keep_range { max_x: 3 } } steps { drop_outside_image {} }"
    points = [[1, 2, 0, 0], [2.5, 2, 0, 0], [3.2, 2, 0, 0]]
    # Without a camera all is seen. The point beyond is a centre, but no neighbour.
    cells = cells_of(text, points)
    np.testing.assert_array_equal(cells["centers"][0, :4, 0] > 0, [1, 1, 1, 0])
    np.testing.assert_array_equal(np.sort(cells["neighbor_counts"][0, :3]), [2, 2, 2])
    # u = 50 - 50 y / x: the first point is left of the picture, the last one right of it.
    camera = tf.constant([[50, -50, 0, 0, 50, 0, -50, 0, 1, 0, 0, 0]], tf.float32)
    seen = cells_of(text, points, camera, tf.constant([[15, 100]]))
    np.testing.assert_array_equal(seen["centers"][0, :2, 0], [2.5, 0])
