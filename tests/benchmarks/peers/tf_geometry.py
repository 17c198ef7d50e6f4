"""Geometry of detection in TensorFlow's own ops.

usage: tf_geometry.py
"""

import tensorflow as tf
from detection_workload import (
    IOU_THRESHOLD,
    RADIUS,
    Sizes,
    make_boxes,
    make_points,
    make_scores,
    per_second,
)
from figures import print_figures


def corners(boxes: tf.Tensor) -> tf.Tensor:
    """[n, 7] -> [n, 4, 2], counter-clockwise."""
    half = boxes[:, None, 3:5] / 2 * tf.constant([[1.0, 1], [-1, 1], [-1, -1], [1, -1]])
    cosine, sine = tf.cos(boxes[:, 6:]), tf.sin(boxes[:, 6:])
    turned = [
        cosine * half[..., 0] - sine * half[..., 1],
        sine * half[..., 0] + cosine * half[..., 1],
    ]
    return tf.stack(turned, -1) + boxes[:, None, :2]


def _inside(places: tf.Tensor, boxes: tf.Tensor) -> tf.Tensor:
    """Whether [..., k, 2] are in the boxes [..., 7], borders included."""
    offset = places - boxes[..., None, :2]
    cosine, sine = tf.cos(boxes[..., 6:]), tf.sin(boxes[..., 6:])
    along = cosine * offset[..., 0] + sine * offset[..., 1]
    across = cosine * offset[..., 1] - sine * offset[..., 0]
    half = boxes[..., None, 3:5] / 2 + 1e-4
    return (tf.abs(along) <= half[..., 0]) & (tf.abs(across) <= half[..., 1])


def _cross(a: tf.Tensor, b: tf.Tensor) -> tf.Tensor:
    return a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]


def _crossings(a: tf.Tensor, b: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Where the sides of [n, m, 4, 2] meet, [n, m, 16, 2], and whether they do."""
    start_a, start_b = a[:, :, :, None], b[:, :, None]
    side_a = tf.roll(a, -1, 2)[:, :, :, None] - start_a
    side_b = tf.roll(b, -1, 2)[:, :, None] - start_b
    slant = _cross(side_a, side_b)
    share_a = tf.math.divide_no_nan(_cross(start_b - start_a, side_b), slant)
    share_b = tf.math.divide_no_nan(_cross(start_b - start_a, side_a), slant)
    meets = (tf.abs(slant) > 1e-6) & (tf.abs(share_a - 0.5) <= 0.5) & (tf.abs(share_b - 0.5) <= 0.5)
    shape = tf.concat([tf.shape(slant)[:2], [16]], 0)
    place = start_a + share_a[..., None] * side_a
    return tf.reshape(place, tf.concat([shape, [2]], 0)), tf.reshape(meets, shape)


@tf.function
def pairwise_iou(a: tf.Tensor, b: tf.Tensor) -> tf.Tensor:
    """The IoU of volumes, [n, 7], [m, 7] -> [n, m].

    The corners of the common area are those of each rectangle inside of the other, and where sides
    meet; by their angles around their mean they are in order.
    """
    n, m = tf.shape(a)[0], tf.shape(b)[0]
    corners_a = tf.broadcast_to(corners(a)[:, None], [n, m, 4, 2])
    corners_b = tf.broadcast_to(corners(b)[None], [n, m, 4, 2])
    crossings, meets = _crossings(corners_a, corners_b)
    places = tf.concat([corners_a, corners_b, crossings], 2)
    is_corner = tf.concat([_inside(corners_a, b[None]), _inside(corners_b, a[:, None]), meets], 2)
    weights = tf.cast(is_corner, tf.float32)[..., None]
    mean = tf.reduce_sum(places * weights, 2, keepdims=True) / tf.maximum(
        tf.reduce_sum(weights, 2, keepdims=True), 1
    )
    # What is no corner lies in the middle, where it adds no area, behind the last.
    places = tf.where(is_corner[..., None], places - mean, 0)
    angles = tf.where(is_corner, tf.atan2(places[..., 1], places[..., 0]), 4)
    order = tf.argsort(angles, axis=2)
    places = tf.gather(places, order, batch_dims=2)
    number = tf.reduce_sum(tf.cast(is_corner, tf.int32), 2)
    index = tf.range(24)
    after = tf.where(index + 1 < number[..., None], index + 1, 0)
    following = tf.gather(places, after, batch_dims=2)
    area = tf.reduce_sum(_cross(places, following), 2) / 2
    top = tf.minimum(a[:, None, 2] + a[:, None, 5] / 2, b[None, :, 2] + b[None, :, 5] / 2)
    floor = tf.maximum(a[:, None, 2] - a[:, None, 5] / 2, b[None, :, 2] - b[None, :, 5] / 2)
    common = area * tf.maximum(top - floor, 0)
    volumes = tf.reduce_prod(a[:, 3:6], 1)[:, None] + tf.reduce_prod(b[:, 3:6], 1)[None]
    return common / (volumes - common)


@tf.function
def keep(boxes: tf.Tensor, scores: tf.Tensor) -> tf.Tensor:
    """The indices of the boxes that NMS keeps, best first."""
    return tf.image.non_max_suppression_overlaps(
        pairwise_iou(boxes, boxes),
        scores,
        max_output_size=tf.shape(boxes)[0],
        overlap_threshold=IOU_THRESHOLD,
        score_threshold=0.0,
    )


@tf.function
def farthest_points(points: tf.Tensor, count: tf.Tensor) -> tf.Tensor:
    """Farthest point sampling from point 0 on, [p, 3] -> [count]."""
    chosen = tf.TensorArray(tf.int32, count).write(0, 0)
    nearest = tf.fill([tf.shape(points)[0]], tf.float32.max)
    last = tf.constant(0)
    for i in tf.range(1, count):
        distances = tf.reduce_sum((points[:, :2] - points[last, :2]) ** 2, 1)
        nearest = tf.minimum(nearest, distances)
        last = tf.argmax(nearest, output_type=tf.int32)
        chosen = chosen.write(i, last)
    return chosen.stack()


@tf.function
def find_neighbors(points: tf.Tensor, centers: tf.Tensor, count: tf.Tensor) -> tf.Tensor:
    """The closest within the radius, [p, 3], [c, 3] -> [c, count], -1 for none."""
    squares = tf.zeros([tf.shape(centers)[0], tf.shape(points)[0]])
    for axis in range(3):
        squares += (points[None, :, axis] - centers[:, None, axis]) ** 2
    closest, indices = tf.math.top_k(-squares, count)
    return tf.where(-closest <= RADIUS**2, indices, -1)


def main() -> None:
    sizes = Sizes()
    anchors = tf.constant(make_boxes(sizes.anchors, 0))
    truths = tf.constant(make_boxes(sizes.truths, 1))
    candidates = tf.constant(make_boxes(sizes.candidates, 4))
    scores = tf.constant(make_scores(sizes.candidates))
    points = tf.constant(make_points(sizes.points))
    centers_count, most = tf.constant(sizes.centers), tf.constant(sizes.neighbors)
    centers = tf.gather(points, farthest_points(points, centers_count))
    print_figures(
        iou=per_second(sizes.anchors * sizes.truths, lambda: pairwise_iou(anchors, truths).numpy()),
        nms=per_second(sizes.candidates, lambda: keep(candidates, scores).numpy()),
        farthest=per_second(sizes.centers, lambda: farthest_points(points, centers_count).numpy()),
        neighbors=per_second(sizes.centers, lambda: find_neighbors(points, centers, most).numpy()),
    )


if __name__ == "__main__":
    main()
