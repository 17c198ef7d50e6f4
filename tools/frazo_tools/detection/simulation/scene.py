"""One simulated scan with its labels, as KITTI would have them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from frazo.box_frames import observation_angles
from frazo.tasks.car.kitti.calibration import Calibration
from frazo.tasks.car.kitti.frames import (
    boxes_to_camera,
    boxes_to_lidar,
    clip_image_boxes,
    project_boxes,
)
from frazo.tasks.car.kitti.labels import DONT_CARE, KittiObject
from frazo_tools.detection.kitti_folder import USUAL_IMAGE_SIZE
from frazo_tools.detection.simulation.figures import BOX_MARGIN
from frazo_tools.detection.simulation.sensor import Body, Ground, Sweep, sweep
from frazo_tools.detection.simulation.street import Standing, furnish

# A camera much like KITTI's left colour camera, 27 cm before the lidar and 8 cm below it, with its
# axes parallel to the lidar's.
CALIBRATION = Calibration(
    projection=np.array([[721.5, 0, 609.6, 44.86], [0, 721.5, 172.9, 0.2164], [0, 0, 1, 0.002746]]),
    rectification=np.eye(3),
    velo_to_cam=np.array([[0.0, -1, 0, 0], [0, 0, -1, -0.08], [1, 0, 0, -0.27]]),
)
# The share of an object's rays that reaches it, for an occlusion of 0, of 1 and of 2.
_VISIBLE, _PARTLY, _LARGELY = 0.75, 0.4, 0.1
_UNKNOWN_OCCLUSION = 3
# Nobody can say where an object is that fewer rays reach: its area is DontCare.
_LEAST_RAYS = 6
# An object with less of it in the image is not labelled.
_MOST_TRUNCATION = 0.95


class SimulatedScene(NamedTuple):
    """A scan with its labels.

    Attributes:
      points: float32 [points, 4].
      objects: The labels, the nearest first, then the areas.
      owners: The index in objects of what each point is of, -1 for all else, [points].
    """

    points: np.ndarray
    objects: list[KittiObject]
    owners: np.ndarray


class _Label(NamedTuple):
    """The box of a label: it has two decimals, as the label file has them."""

    location: np.ndarray
    dimensions: np.ndarray
    rotation_y: float
    box: np.ndarray


def simulate(seed: int, number: int) -> SimulatedScene:
    """Returns a scene; it depends on the seed and its number alone."""
    random = np.random.default_rng([seed, number])
    ground = Ground(*np.clip(random.normal(0, 0.008, 2), -0.02, 0.02))
    standing = furnish(random)
    labels = [_label(each, ground) if each.figure.label else None for each in standing]
    bodies = [
        _labelled_body(each, label) if label else _body(each, ground)
        for each, label in zip(standing, labels, strict=True)
    ]
    measured = sweep(ground, bodies, random)
    truth = _truth(standing, labels, measured)
    # One more, so that -1 stays -1.
    owners = np.full(len(bodies) + 1, -1)
    owners[list(truth)] = np.arange(len(truth))
    return SimulatedScene(measured.points, list(truth.values()), owners[measured.bodies])


def _label(standing: Standing, ground: Ground) -> _Label:
    size = standing.figure.size
    x, y = standing.x, standing.y
    box = np.array([[x, y, ground.z(x, y) + size[2] / 2, *size, standing.heading]])
    rounded = [np.round(each, 2) for each in boxes_to_camera(box, CALIBRATION.velo_to_camera)]
    locations, dimensions, rotations = rounded
    (box,) = boxes_to_lidar(locations, dimensions, rotations, CALIBRATION.camera_to_velo)
    return _Label(locations[0], dimensions[0], float(rotations[0]), box)


def _labelled_body(standing: Standing, label: _Label) -> Body:
    x, y, z, *size, heading = label.box
    # The margin is on all sides of the figure.
    bottom = z - size[2] / 2 + BOX_MARGIN
    return Body(np.array([x, y, bottom]), heading, np.array(size), standing.figure.shapes)


def _body(standing: Standing, ground: Ground) -> Body:
    x, y, figure = standing.x, standing.y, standing.figure
    return Body(np.array([x, y, ground.z(x, y)]), standing.heading, figure.size, figure.shapes)


def _truth(
    standing: list[Standing], labels: list[_Label | None], measured: Sweep
) -> dict[int, KittiObject]:
    """Returns the labels by the number of what stands there, in the order of the file."""
    known = [(number, label) for number, label in enumerate(labels) if label is not None]
    if not known:
        return {}
    boxes = np.array([label.box for _, label in known])
    whole = project_boxes(boxes, CALIBRATION.velo_to_image)
    edges, truncations = clip_image_boxes(whole, *USUAL_IMAGE_SIZE)
    locations = np.array([label.location for _, label in known])
    rotations = np.array([label.rotation_y for _, label in known])
    alphas = observation_angles(locations, rotations)
    found: dict[int, KittiObject] = {}
    for index in np.argsort(locations[:, 2], kind="stable"):
        number, label = known[index]
        visible, alone = measured.visible[number], measured.alone[number]
        if truncations[index] > _MOST_TRUNCATION or not visible:
            continue
        left, top, right, bottom = np.round(edges[index], 2).tolist()
        written = KittiObject(
            label=standing[number].figure.label,
            truncation=round(float(truncations[index]), 2),
            occlusion=_occlusion(float(visible / alone)),
            alpha=float(alphas[index]),
            image_box=(left, top, right, bottom),
            dimensions=_triple(label.dimensions),
            location=_triple(label.location),
            rotation_y=label.rotation_y,
        )
        found[number] = written if visible >= _LEAST_RAYS else _area(written)
    return dict(sorted(found.items(), key=lambda item: item[1].label == DONT_CARE))


def _triple(values: np.ndarray) -> tuple[float, float, float]:
    first, second, third = values.tolist()
    return first, second, third


def _occlusion(visible_share: float) -> int:
    limits = (_VISIBLE, _PARTLY, _LARGELY)
    return next(
        (level for level, limit in enumerate(limits) if visible_share >= limit), _UNKNOWN_OCCLUSION
    )


def _area(written: KittiObject) -> KittiObject:
    return KittiObject(
        label=DONT_CARE,
        truncation=-1,
        occlusion=-1,
        alpha=-10,
        image_box=written.image_box,
        dimensions=(-1, -1, -1),
        location=(-1000, -1000, -1000),
        rotation_y=-10,
    )
