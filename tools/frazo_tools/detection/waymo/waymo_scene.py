"""Scans of the Waymo Open Dataset as tf.Examples, as the experiments car.waymo.* read them.

image/source_id              bytes      RUN_TIMESTAMP, the name of the scan
run_segment                  bytes      the name of the drive
run_start_offset             int64      when the scan began, in microseconds
time_of_day, location, weather  bytes   such as Day, location_sf, sunny
pose                         float[16]  from the vehicle's frame to the world's
pointcloud/xyz               float      3 for each point in the vehicle's frame, in metres
pointcloud/intensity         float
pointcloud/elongation        float
pointcloud/no_label_zone     float      1 in a zone that nobody labelled, -1 elsewhere
object/labelled              int64      0 if nobody labelled the scan, otherwise 1
object/label                 bytes      of each object, as all that follow: Vehicle, Pedestrian,
                                        Sign, Cyclist or Unknown
object/id                    bytes      the same in all scans of a drive
object/velo/bbox/xyz, /dim_xyz  float   3 for each object: centre; length, width, height
object/velo/bbox/phi         float      heading
object/velocity              float      2 for each object: metres per second along x and y
object/num_points            int64      points in the box
object/difficulty            int64      1 or 2; 999 without a point: nobody has to find it
object/rated_difficulty, /tracking_difficulty  int64  what the raters said; 0 if nothing
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from frazo.detection_scores import WAYMO_LABELS
from frazo.geometry import crop_objects, points_in_boxes
from frazo_tools.detection.object_records import SingleObject, encode_object
from frazo_tools.records.tf_example import encode_example

# x, y, z, intensity, elongation, no-label zone.
POINT_NUMBERS = 6
# The difficulty of an object without a point.
NO_POINTS_LEVEL = 999
# With no more points than these an object is of level 2 if the raters did not say.
_MOST_POINTS_OF_LEVEL_2 = 5
# What is further away, in metres, is a mistake.
_MOST_METRES = 1e9


class WaymoObjects(NamedTuple):
    """The labels of a scan, one for each of n objects.

    Attributes:
      labels: Indices in WAYMO_LABELS, int64 [n].
      ids: Their names.
      boxes: x, y, z, length, width, height, heading; float64 [n, 7].
      velocities: Along x and y in metres per second, float64 [n, 2].
      num_points: Points in the boxes, int64 [n]; -1 where the label does not say.
      rated_difficulties: 1 or 2; 0 where the raters did not say; int64 [n].
      tracking_difficulties: Likewise.
    """

    labels: np.ndarray
    ids: list[bytes]
    boxes: np.ndarray
    velocities: np.ndarray
    num_points: np.ndarray
    rated_difficulties: np.ndarray
    tracking_difficulties: np.ndarray


class WaymoScene(NamedTuple):
    """A scan with its labels.

    Attributes:
      run_segment: The name of the drive.
      start: When the scan began, in microseconds.
      time_of_day: Such as Day.
      location: Such as location_sf.
      weather: Such as sunny.
      pose: From the vehicle's frame to the world's, float64 [4, 4].
      points: float32 [points, 6]: x, y, z, intensity, elongation, no-label zone.
      points_left_out: Points that have a number that is not finite.
      objects: The labels.
      objects_left_out: Labels whose box takes no space or whose class is unknown to us.
    """

    run_segment: str
    start: int
    time_of_day: str
    location: str
    weather: str
    pose: np.ndarray
    points: np.ndarray
    points_left_out: int
    objects: WaymoObjects
    objects_left_out: int

    @property
    def name(self) -> str:
        return f"{self.run_segment}_{self.start}"

    @property
    def has_labels(self) -> bool:
        return bool(self.objects.labels.size or self.objects_left_out)

    @property
    def classes(self) -> list[str]:
        return [WAYMO_LABELS[label] for label in self.objects.labels]


def usable_objects(objects: WaymoObjects, points: np.ndarray) -> tuple[WaymoObjects, int]:
    """Returns the objects that a record can have, with the numbers of their points, and how many
    others there are.

    An object is left out if its box has a number that is not finite or a size that is not above 0,
    or if its class is not in WAYMO_LABELS.

    Args:
      objects: All labels of a scan.
      points: float32 [points, 3 or more]. They are counted where the label does not say.
    """
    boxes = objects.boxes
    usable = (
        (np.abs(boxes) <= _MOST_METRES).all(1)
        & (boxes[:, 3:6].astype(np.float32) > 0).all(1)
        & (objects.labels >= 0)
        & (objects.labels < len(WAYMO_LABELS))
    )
    kept = WaymoObjects(
        labels=objects.labels[usable],
        ids=[name for name, keep in zip(objects.ids, usable, strict=True) if keep],
        boxes=boxes[usable],
        velocities=objects.velocities[usable],
        num_points=objects.num_points[usable],
        rated_difficulties=objects.rated_difficulties[usable],
        tracking_difficulties=objects.tracking_difficulties[usable],
    )
    if (kept.num_points < 0).any():
        counted, _ = points_in_boxes(points[:, :3], kept.boxes, threads=1)
        kept = kept._replace(num_points=np.where(kept.num_points < 0, counted, kept.num_points))
    return kept, int(np.count_nonzero(~usable))


def detection_difficulties(num_points: np.ndarray, rated: np.ndarray) -> np.ndarray:
    """Returns the level at which each object counts, int64 [n].

    An object without a point is no one's to find; the raters' level is next; without one, an object
    of at most 5 points is of level 2, and any other of level 1.

    Args:
      num_points: Points in the boxes, int64 [n].
      rated: 1 or 2; 0 where the raters did not say; int64 [n].
    """
    by_points = np.where(num_points <= _MOST_POINTS_OF_LEVEL_2, 2, 1)
    levels = np.where(rated > 0, rated, by_points)
    return np.where(num_points == 0, NO_POINTS_LEVEL, levels)


def encode_waymo_scene(scene: WaymoScene, *, is_labelled: bool) -> bytes:
    """Returns the record of a scan.

    Args:
      scene: The scan.
      is_labelled: Whether somebody labelled it; there may be nothing in it all the same.
    """
    objects = scene.objects
    return encode_example(
        {
            "image/source_id": scene.name.encode(),
            "run_segment": scene.run_segment.encode(),
            "run_start_offset": scene.start,
            "time_of_day": scene.time_of_day.encode(),
            "location": scene.location.encode(),
            "weather": scene.weather.encode(),
            "pose": scene.pose,
            "pointcloud/xyz": scene.points[:, :3],
            "pointcloud/intensity": scene.points[:, 3],
            "pointcloud/elongation": scene.points[:, 4],
            "pointcloud/no_label_zone": scene.points[:, 5],
            "object/labelled": int(is_labelled),
            "object/label": [name.encode() for name in scene.classes],
            "object/id": objects.ids,
            "object/velo/bbox/xyz": objects.boxes[:, :3],
            "object/velo/bbox/dim_xyz": objects.boxes[:, 3:6],
            "object/velo/bbox/phi": objects.boxes[:, 6],
            "object/velocity": objects.velocities,
            "object/num_points": objects.num_points,
            "object/difficulty": _difficulties(objects),
            "object/rated_difficulty": objects.rated_difficulties,
            "object/tracking_difficulty": objects.tracking_difficulties,
        }
    )


def encode_waymo_objects(scene: WaymoScene) -> Iterator[bytes]:
    """Yields a record for each object that has a point in its box.

    The features of the points are intensity, elongation and no-label zone.
    """
    objects = scene.objects
    difficulties = _difficulties(objects)
    boxes = objects.boxes.astype(np.float32)
    crops = crop_objects(scene.points, boxes, threads=1)
    for number, (box, inside) in enumerate(zip(boxes, crops, strict=True)):
        if not len(inside):
            continue
        yield encode_object(
            SingleObject(
                scene_id=scene.name,
                number=number,
                box=box,
                points=inside,
                text=scene.classes[number],
                label=int(objects.labels[number]),
                difficulty=int(difficulties[number]),
            )
        )


def _difficulties(objects: WaymoObjects) -> np.ndarray:
    return detection_difficulties(objects.num_points, objects.rated_difficulties)
