"""A record as Lingvo's converter makes it, for tests."""

import numpy as np
from frazo_tools.detection.waymo.frame_scene import LASERS
from frazo_tools.records.tf_example import Value


def example(**changed: Value | None) -> dict[str, Value]:
    """Returns the features that Lingvo's converter makes, three points for each lidar and return.

    Args:
      changed: Features with other values; None: without the feature.
    """
    features: dict[str, Value | None] = {
        "run_segment": b"1005_000_1025_000",
        "run_start_offset": 1_500_000_000_000_000,
        "time_of_day": b"Night",
        "location": b"location_phx",
        "weather": b"rain",
        "pose": np.eye(4),
        "labels": np.array([1, 4]),
        "label_ids": [b"car", b"bike"],
        # Around the first point of TOP's first return, and around nothing.
        "bboxes_3d": np.array([[0, 1, 2, 0.5, 0.5, 0.5, 0.75], [0, 0, 90, 1, 1, 1, 0]]),
        "label_metadata": np.array([[1, 2, 3, 4], [5, 6, 7, 8]], np.float32),
        "bboxes_3d_num_points": np.array([77, 77]),
        "detection_difficulties": np.array([0, 2]),
        "tracking_difficulties": np.array([1, 2]),
        "image_FRONT": b"PNG",
    }
    numbers = iter(range(10))
    for laser in LASERS.values():
        for image in ("ri1", "ri2"):
            points = 100 * next(numbers) + np.arange(18, dtype=np.float32)
            features[f"laser_{laser}_{image}"] = points
    return {name: value for name, value in {**features, **changed}.items() if value is not None}
