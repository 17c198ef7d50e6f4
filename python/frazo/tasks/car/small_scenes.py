"""Batches of made scenes with cars, as the input pipeline gives them, in plain NumPy."""

import itertools
import math

import numpy as np
from frazo.proto import anchors_pb2
from frazo.tasks.car.anchor_boxes import anchor_boxes
from frazo.tasks.car.image_boxes import image_boxes

# Four headings, as in the published models, and places in steps of half a metre.
ANCHORS = anchors_pb2.Anchors(
    x_offsets=[-0.5, 0, 0.5],
    y_offsets=[-0.5, 0, 0.5],
    z_offsets=[-1],
    rotations=[0, math.pi / 2, 3 * math.pi / 4, math.pi / 4],
    sizes=[anchors_pb2.Anchors.Size(length=3.9, width=1.6, height=1.56)],
)

CENTERS, NEIGHBORS, RADIUS = 37, 32, 2.5
CARS = 6
_POINTS_OF_CAR, _POINTS_OF_GROUND = 60, 60
_GROUND = -1.7
# A camera that looks along +x, 1000 pixels a unit of slope.
_VELO_TO_IMAGE = np.array([500, -1000, 0, 0, 200, 0, -1000, 0, 1, 0, 0, 0], np.float32)
_IMAGE_SIZE = np.array([1000, 400], np.int32)


def residuals_of_boxes(boxes: np.ndarray, anchors: np.ndarray) -> np.ndarray:
    """Returns what boxes_of_residuals inverts: [..., 7] of boxes and anchors, each [..., 7]."""
    diagonal = np.hypot(anchors[..., 3], anchors[..., 4])
    moves = (boxes[..., :3] - anchors[..., :3]) / np.stack(
        [diagonal, diagonal, anchors[..., 5]], -1
    )
    ratios = np.log(boxes[..., 3:6] / anchors[..., 3:6])
    return np.concatenate([moves, ratios, boxes[..., 6:] - anchors[..., 6:]], -1)


def make_batch(num_scenes: int, seed: int) -> dict[str, np.ndarray]:
    """Returns a batch for ANCHORS with every feature. Each scene has CARS cars."""
    generator = np.random.default_rng(seed)
    scenes = [_scene(generator, f"scene{number}") for number in range(num_scenes)]
    return {name: np.stack([scene[name] for scene in scenes]) for name in scenes[0]}


def _scene(generator: np.random.Generator, name: str) -> dict[str, np.ndarray]:
    boxes = _boxes(generator)
    points = np.concatenate([_ground(generator), *(_surface(generator, box) for box in boxes)])
    centers = _centers(generator, points)
    neighbors, counts = _neighbors(generator, points, centers)
    labels, residuals = _assigned(boxes, centers)
    whole = {
        "scene_id": np.array(name.encode()),
        "points": points,
        "points_length": len(points),
        "centers": centers,
        "neighbors": neighbors,
        "neighbor_counts": counts,
        "anchor_labels": labels,
        "anchor_residuals": residuals,
        "labelled": 1,
        "boxes": boxes,
        "boxes_length": len(boxes),
        "box_classes": [1] * len(boxes),
        "box_labels": [1] * len(boxes),
        "box_difficulties": [3] * len(boxes),
        "box_points": [_POINTS_OF_CAR] * len(boxes),
        "box_image": image_boxes(boxes, _VELO_TO_IMAGE, _IMAGE_SIZE).edges,
        "ignored_image_boxes": np.zeros([0, 4]),
        "ignored_image_boxes_length": 0,
        "velo_to_image": _VELO_TO_IMAGE,
        "image_size": _IMAGE_SIZE,
    }
    return {key: _of_wire_type(value) for key, value in whole.items()}


def _of_wire_type(value) -> np.ndarray:
    array = np.asarray(value)
    if array.dtype.kind == "f":
        return array.astype(np.float32)
    return array.astype(np.int32) if array.dtype.kind == "i" else array


def _boxes(generator: np.random.Generator) -> np.ndarray:
    # They are too far from each other to touch, and in the picture.
    places = np.array(list(itertools.product([14, 20, 26], [-3.5, 3.5])), np.float64)
    places += generator.uniform(-0.5, 0.5, [CARS, 2])
    sizes = np.array([4.0, 1.65, 1.5]) * generator.uniform(0.9, 1.1, [CARS, 3])
    headings = generator.uniform(-math.pi, math.pi, [CARS, 1])
    heights = _GROUND + sizes[:, 2:] / 2
    return np.concatenate([places, heights, sizes, headings], 1)


def _surface(generator: np.random.Generator, box: np.ndarray) -> np.ndarray:
    """Returns points on the sides and the top of a box, with a reflectance that tells its front."""
    unit = generator.uniform(-0.5, 0.5, [_POINTS_OF_CAR, 3])
    side = generator.integers(5, size=_POINTS_OF_CAR)
    axis = np.array([0, 0, 1, 1, 2])[side]
    unit[np.arange(_POINTS_OF_CAR), axis] = np.array([0.5, -0.5, 0.5, -0.5, 0.5])[side]
    x, y, z = (unit * box[3:6]).T
    cosine, sine = math.cos(box[6]), math.sin(box[6])
    place = np.stack([cosine * x - sine * y, sine * x + cosine * y, z], -1) + box[:3]
    return np.concatenate([place, np.where(unit[:, :1] > 0.2, 0.9, 0.4)], 1)


def _ground(generator: np.random.Generator) -> np.ndarray:
    x = generator.uniform(5, 30, _POINTS_OF_GROUND)
    y = generator.uniform(-10, 10, _POINTS_OF_GROUND)
    return np.stack([x, y, np.full_like(x, _GROUND), np.full_like(x, 0.1)], -1)


def _centers(generator: np.random.Generator, points: np.ndarray) -> np.ndarray:
    """Returns six points of each car, at height 0, and a place without points."""
    of_cars = points[_POINTS_OF_GROUND:].reshape(CARS, _POINTS_OF_CAR, -1)
    chosen = [car[generator.choice(_POINTS_OF_CAR, 6, replace=False), :3] for car in of_cars]
    centers = np.concatenate([*chosen, [[0, 0, 0]]])
    centers[:, 2] = 0
    return centers


def _neighbors(
    generator: np.random.Generator, points: np.ndarray, centers: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    neighbors = np.zeros([CENTERS, NEIGHBORS, points.shape[1]])
    counts = np.zeros(CENTERS, np.int32)
    for number, center in enumerate(centers):
        near = np.flatnonzero(np.linalg.norm(points[:, :3] - center, axis=1) <= RADIUS)
        near = generator.permutation(near)[:NEIGHBORS]
        counts[number] = len(near)
        neighbors[number, : len(near)] = points[near]
        neighbors[number, : len(near), :3] -= center
    return neighbors, counts


def _assigned(boxes: np.ndarray, centers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns labels and residuals: an anchor stands for a car if it is near and as its axis."""
    anchors = np.broadcast_to(anchor_boxes(ANCHORS), [CENTERS, 36, 7]).astype(np.float64)
    anchors = anchors + np.pad(centers, [[0, 0], [0, 4]])[:, np.newaxis]
    distances = np.linalg.norm(anchors[:, :, np.newaxis, :2] - boxes[:, :2], axis=-1)
    best = np.argmin(distances, -1)
    turn = boxes[best, 6] - anchors[..., 6]
    hits = (np.min(distances, -1) < 1) & (np.abs(np.sin(turn)) <= math.sin(math.pi / 8))
    residuals = residuals_of_boxes(boxes[best], anchors)
    return hits.astype(np.int32), np.where(hits[..., np.newaxis], residuals, 0)
