import numpy as np
from frazo.tasks.car.scene import Scene, SceneObject

NAN, INF = float("nan"), float("inf")


def test_what_is_not_finite_has_no_place():
    points = np.array([(1, 2, 3), (NAN, 0, 0), (0, INF, 0), (4, 5, 6)])
    box = [0, 0, 0, 4, 2, 1.5, 0]
    scene = Scene(
        "000001",
        points,
        np.array([0.5, 1, 1, NAN]),
        [SceneObject(box, "Car"), SceneObject([*box[:6], NAN], "Car")],
        [SceneObject(box, "Car", NAN), SceneObject(box, "Car", 0.5)],
    ).finite()
    np.testing.assert_array_equal(scene.points, [(1, 2, 3), (4, 5, 6)])
    np.testing.assert_array_equal(scene.intensities, [0.5, 0])
    assert scene.truths == [SceneObject(box, "Car")]
    assert scene.detections == [SceneObject(box, "Car", 0.5)]


def test_what_nobody_knows_stays_unknown():
    scene = Scene("000001", np.zeros([0, 3]), np.zeros(0)).finite()
    assert (scene.truths, scene.detections, len(scene.points)) == (None, None, 0)
