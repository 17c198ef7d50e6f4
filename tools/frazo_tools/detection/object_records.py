"""Objects of scans with their points, as tf.Examples: a detector pastes them into other scans.

scene_id      bytes     the name of the scan
bbox_id       int64     the number of the object in its scan, from 0
bbox_3d       float[7]  x, y, z, length, width, height, heading in the frame of the scan
num_points    int64
points        float     3 for each point in the box, where they were in the scan
points_feature  float   their features, those of a point together
text          bytes     the name of the class
label         int64     its index in the list of the data set
difficulty    int64     as the scan has it
occlusion     int64     0 where the data set does not know it
truncation    float     0 where the data set does not know it
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from frazo_tools.records.tf_example import encode_example


class SingleObject(NamedTuple):
    """An object of a scan.

    Attributes:
      scene_id: The name of the scan.
      number: Its number in the scan, from 0.
      box: float32 [7].
      points: Those in its box, float32 [points, 3 + features].
      text: The name of its class.
      label: The index of its class in the list of the data set.
      difficulty: As the scan has it.
      occlusion: As the scan has it.
      truncation: As the scan has it.
    """

    scene_id: str
    number: int
    box: np.ndarray
    points: np.ndarray
    text: str
    label: int
    difficulty: int
    occlusion: int = 0
    truncation: float = 0.0


def encode_object(single: SingleObject) -> bytes:
    """Returns the record of an object."""
    return encode_example(
        {
            "scene_id": single.scene_id.encode(),
            "bbox_id": single.number,
            "bbox_3d": single.box,
            "num_points": len(single.points),
            "points": single.points[:, :3],
            "points_feature": single.points[:, 3:],
            "text": single.text.encode(),
            "label": single.label,
            "difficulty": single.difficulty,
            "occlusion": single.occlusion,
            "truncation": np.array([single.truncation], np.float32),
        }
    )
