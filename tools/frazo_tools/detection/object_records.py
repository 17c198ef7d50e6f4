"""The objects of scans with their points, as tf.Examples: a detector pastes them into other scans.

scene_id      bytes     the id of the scan
bbox_id       int64     the number of the object in its scan, from 0
bbox_3d       float[7]  x, y, z, length, width, height, heading in the frame of the lidar
num_points    int64
points        float     3 for each point in the box, where they were in the scan
points_feature  float   their reflectance
text          bytes     the name of the class
label         int64     its index in KITTI's list: 1 is Car
difficulty    int64     3 easy, 2 moderate, 1 hard, 0 none of these
occlusion     int64
truncation    float
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from frazo.tasks.car.kitti.frames import points_in_box
from frazo.tasks.car.kitti.labels import CLASSES, difficulty
from frazo_tools.detection.kitti_folder import KittiScene
from frazo_tools.records.tf_example import encode_example


def encode_objects(scene: KittiScene, boxes: np.ndarray) -> Iterator[bytes]:
    """Yields a record for each object that has a box in the world and a point in it.

    Args:
      scene: The scan.
      boxes: boxes_of its objects, float32 [objects, 7].
    """
    edges = np.array([each.image_box for each in scene.objects]).reshape(-1, 4)
    difficulties = difficulty(
        edges[:, 3] - edges[:, 1],
        np.array([each.occlusion for each in scene.objects]),
        np.array([each.truncation for each in scene.objects]),
    )
    for number, (each, box) in enumerate(zip(scene.objects, boxes, strict=True)):
        if not each.has_3d_info:
            continue
        inside = scene.points[points_in_box(scene.points, box)]
        if not len(inside):
            continue
        yield encode_example(
            {
                "scene_id": scene.id.encode(),
                "bbox_id": number,
                "bbox_3d": box,
                "num_points": len(inside),
                "points": inside[:, :3],
                "points_feature": inside[:, 3],
                "text": each.label.encode(),
                "label": CLASSES.index(each.label),
                "difficulty": int(difficulties[number]),
                "occlusion": each.occlusion,
                "truncation": np.array([each.truncation], np.float32),
            }
        )
