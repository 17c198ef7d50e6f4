import numpy as np
import tensorflow as tf
from frazo.tasks.car.scene import Scene, SceneObject
from frazo.tasks.car.top_view import (
    FOUND,
    MISSED,
    NOT_COUNTED,
    RIGHT,
    WRONG,
    draw_from_above,
    top_view_summary,
)


def box(x, y, heading=0.0, score=None, counts=True):
    return SceneObject([x, y, -1, 4, 2, 1.5, heading], "Car", score, counts)


def scene(truths=None, detections=None, points=((0, 0, -2), (20, 0, 2))):
    points = np.array(points, np.float64).reshape(-1, 3)
    return Scene("000007", points, np.zeros(len(points)), truths, detections)


def places(picture, color):
    """Returns row and column of the pixels of a color, [n, 2]."""
    return np.argwhere((picture == color).all(-1))


# The picture of points from x = 0 to 20 shows x from -6 to 21 and y from -6 to 6, as an empty scan
# has 5 m in each direction, with a margin of 1 m; 14 pixels are a metre.
def test_points_are_colored_by_height_with_x_upwards():
    picture = draw_from_above(scene())
    assert picture.shape == (27 * 14 + 1, 12 * 14 + 1, 3)
    # (21 - 20) * 14 rows from the top, 6 * 14 columns from the left.
    np.testing.assert_array_equal(picture[14, 84], (252, 232, 64))
    np.testing.assert_array_equal(picture[21 * 14, 84], (59, 82, 191))


def test_objects_and_detections_have_colors():
    truths = [box(5, 3), box(12, -3), box(17, 0, counts=False)]
    found = [box(5, 3, score=0.9), box(12, 3, score=0.8), box(12, -3, score=0.1)]
    picture = draw_from_above(scene(truths, found))
    # The right detection lies on its object. The third is not sure enough to be shown.
    assert len(places(picture, FOUND)) == 0
    for color, x, y in ((RIGHT, 5, 3), (WRONG, 12, 3), (MISSED, 12, -3), (NOT_COUNTED, 17, 0)):
        drawn = places(picture, color)
        assert len(drawn) > 50
        # The box and a line of one metre at its front.
        x_of, y_of = 21 - drawn[:, 0] / 14, 6 - drawn[:, 1] / 14
        assert np.abs([x_of.max() - x - 3, x_of.min() - x + 2]).max() < 0.2
        assert np.abs([y_of.max() - y - 1, y_of.min() - y + 1]).max() < 0.2


def test_without_a_search_nothing_is_missed():
    assert len(places(draw_from_above(scene([box(5, 0)])), FOUND)) > 50
    picture = draw_from_above(scene([box(5, 0)], []))
    assert len(places(picture, MISSED)) > 50


def test_a_heading_is_shown():
    picture = draw_from_above(scene([box(5, 0, np.pi / 2)]))
    drawn = places(picture, FOUND)
    # To the left, 2 m and one of the line: columns 6 - 3 to 6 + 2 metres.
    assert abs(drawn[:, 1].min() / 14 - 3) < 0.2
    assert abs(drawn[:, 1].max() / 14 - 8) < 0.2


def test_scans_that_are_hard_to_draw():
    assert draw_from_above(scene(points=())).shape == (12 * 14 + 1, 12 * 14 + 1, 3)
    nan = float("nan")
    far = [(1e9, 0, 0), (0, nan, 0), (1, 1, 0)]
    huge = SceneObject([1e6, 0, 0, 1e6, 2, 2, 0], "Car", 0.9)
    assert max(draw_from_above(scene([huge], [box(nan, 0, score=0.9)], far)).shape) <= 901


def test_a_summary_has_a_picture():
    value = top_view_summary(scene([box(5, 0)], [box(5, 0, score=0.9)]))
    assert value.tag == "scenes/000007/from_above"
    pixels = tf.io.decode_png(value.image.encoded_image_string).numpy()
    assert pixels.shape == (value.image.height, value.image.width, 3)
    assert "rings every 10 m" in value.metadata.summary_description
