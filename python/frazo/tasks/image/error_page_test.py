import numpy as np
import pytest
import tensorflow as tf
from frazo.tasks.image.error_page import error_page


def example(shape, label=4, prediction=9):
    return {"raw": np.full(shape, 200, np.uint8), "label": label, "prediction": prediction}


@pytest.mark.parametrize(("count", "rows"), [(1, 1), (5, 1), (6, 2), (25, 5)])
@pytest.mark.parametrize("channels", [1, 3])
def test_five_images_a_row(count, rows, channels):
    value = error_page([example((28, 28, channels))] * count)
    assert value.tag == "misclassified"
    picture = tf.io.decode_png(value.image.encoded_image_string)
    assert picture.shape == [rows * 120, 600, 4]
    assert (value.image.height, value.image.width) == (rows * 120, 600)


def test_titles_show_label_and_prediction():
    pages = [
        error_page([example((28, 28, 1), label=label)]).image.encoded_image_string
        for label in (4, 4, 7)
    ]
    assert pages[0] == pages[1] != pages[2]


def test_pixels_are_shown():
    dark = {"raw": np.zeros((28, 28, 1), np.uint8), "label": 4, "prediction": 9}
    assert (
        error_page([dark]).image.encoded_image_string
        != error_page([example((28, 28, 1))]).image.encoded_image_string
    )
