"""The objects of KITTI's scans as records.

The label is the index in KITTI's list: 1 is Car. The difficulty is 3 easy, 2 moderate, 1 hard, 0
none of these; the feature of the points is the reflectance.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from frazo.geometry import crop_objects
from frazo.tasks.car.kitti.labels import CLASSES, difficulty
from frazo_tools.detection.kitti_folder import KittiScene
from frazo_tools.detection.object_records import SingleObject, encode_object


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
    # What has no box in the world has one of negative sizes, and no points.
    crops = crop_objects(scene.points, boxes)
    for number, (each, box, inside) in enumerate(zip(scene.objects, boxes, crops, strict=True)):
        if not len(inside):
            continue
        yield encode_object(
            SingleObject(
                scene_id=scene.id,
                number=number,
                box=box,
                points=inside,
                text=each.label,
                label=CLASSES.index(each.label),
                difficulty=int(difficulties[number]),
                occlusion=each.occlusion,
                truncation=each.truncation,
            )
        )
