"""Lines of label files, those of KITTI's own first."""

import numpy as np
import pytest
from frazo.tasks.car.kitti.labels import (
    CLASSES,
    KittiObject,
    LabelError,
    difficulty,
    format_label_line,
    parse_label_line,
)
from hypothesis import given
from hypothesis import strategies as st

# KITTI's development kit describes objects by such lines.
PEDESTRIAN = (
    "Pedestrian 0.00 0 -0.20 712.40 143.00 810.73 307.92 1.89 0.48 1.20 1.84 1.47 8.41 0.01"
)
DONT_CARE = "DontCare -1 -1 -10 503.89 169.71 590.61 190.13 -1 -1 -1 -1000 -1000 -1000 -10"


def test_a_line_has_a_box_in_the_image_and_one_in_the_world():
    found = parse_label_line(PEDESTRIAN)
    assert found == KittiObject(
        label="Pedestrian",
        truncation=0,
        occlusion=0,
        alpha=-0.2,
        image_box=(712.4, 143, 810.73, 307.92),
        dimensions=(1.89, 0.48, 1.2),
        location=(1.84, 1.47, 8.41),
        rotation_y=0.01,
    )
    assert found.has_3d_info
    assert format_label_line(found) == PEDESTRIAN


def test_an_area_has_no_box_in_the_world():
    found = parse_label_line(DONT_CARE)
    assert not found.has_3d_info
    assert format_label_line(found) == DONT_CARE


def test_a_detection_has_a_score():
    line = "Car -1 -1 -10.00" + PEDESTRIAN[len("Pedestrian 0.00 0 -0.20") :] + " 0.250000"
    found = parse_label_line(line)
    assert found.score == 0.25
    assert format_label_line(found) == line


def changed(column, word):
    words = PEDESTRIAN.split()
    words[column - 1] = word
    return " ".join(words)


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("", "0 columns; a label has 15, and one more for a score"),
        (PEDESTRIAN + " 1 1", "17 columns"),
        (changed(1, "Plane"), "unknown class 'Plane'; KITTI has Car, Van"),
        (changed(1, "Background"), "unknown class 'Background'"),
        (changed(4, "left"), "column 4: 'left' is no number"),
        (changed(12, "nan"), "column 12: 'nan' is not finite"),
        (changed(2, "1.5"), "column 2: truncation 1.5 is neither -1 nor from 0 to 1"),
        (changed(3, "0.5"), "column 3: occlusion '0.5' is none of -1, 0, 1, 2, 3"),
        (changed(4, "3.2"), "column 4: the angle 3.2 is neither -10 nor in -pi to pi"),
        (changed(15, "-3.2"), "column 15: the angle -3.2"),
        (changed(15, "-10"), "column 15: a box with sizes needs a rotation"),
        (changed(7, "700"), "the box 712.4 143 700 307.92 ends before it begins"),
        (changed(9, "0"), "columns 9 to 11: the sizes 0 0.48 1.2 are not positive"),
    ],
)
def test_what_is_no_label_is_an_error(line, error):
    with pytest.raises(LabelError, match=error.replace("(", "\\(")):
        parse_label_line(line)


def decimals(low, high):
    return st.integers(low * 100, high * 100).map(lambda hundredths: hundredths / 100)


@st.composite
def objects(draw):
    left, top = draw(decimals(-50, 1300)), draw(decimals(-50, 400))
    return KittiObject(
        label=draw(st.sampled_from(CLASSES[1:])),
        truncation=draw(decimals(0, 1)),
        occlusion=draw(st.integers(0, 3)),
        alpha=draw(decimals(-3, 3)),
        image_box=(left, top, left + draw(decimals(0, 900)), top + draw(decimals(0, 300))),
        dimensions=tuple(draw(decimals(0, 20)) + 0.01 for _ in range(3)),
        location=tuple(draw(decimals(-120, 120)) for _ in range(3)),
        rotation_y=draw(decimals(-3, 3)),
    )


@given(objects())
def test_lines_come_back_exactly(written):
    line = format_label_line(written)
    assert format_label_line(parse_label_line(line)) == line
    assert len(line.split()) == 15


@given(st.text())
def test_any_text_is_a_label_or_an_error(text):
    try:
        parse_label_line(text)
    except LabelError as error:
        assert str(error)


def test_the_difficulty_is_the_easiest_whose_limits_hold():
    heights = [40, 39.9, 40, 40, 25, 24.9, 100, 100, 40, 40, 100]
    occlusions = [0, 0, 1, 0, 2, 0, 3, 0, 0, 0, -1]
    truncations = [0.15, 0, 0, 0.16, 0.5, 0, 0, 0.51, 0.3, 0.31, 0]
    expected = [3, 2, 2, 2, 1, 0, 0, 0, 2, 1, 3]
    found = difficulty(np.array(heights), np.array(occlusions), np.array(truncations))
    assert found.tolist() == expected
    assert difficulty([50], [0], np.array([0.15], np.float32)).tolist() == [3]
