"""The committed digits are the ones that their README describes."""

import collections
import hashlib
import pathlib
import re

import pytest
import tensorflow as tf

FOLDER = pathlib.Path(__file__).parent
TRAIN = FOLDER / "mnist_train.tfrecord.gz"
TEST = FOLDER / "mnist_test.tfrecord.gz"


def read(path: pathlib.Path) -> list[tuple[bytes, int]]:
    features = {
        "image": tf.io.FixedLenFeature([], tf.string),
        "label": tf.io.FixedLenFeature([], tf.int64),
    }
    records = tf.data.TFRecordDataset(str(path), "GZIP").batch(10_000).get_single_element()
    parsed = tf.io.parse_example(records, features)
    return list(
        zip(parsed["image"].numpy().tolist(), parsed["label"].numpy().tolist(), strict=True)
    )


@pytest.mark.parametrize("path", [TRAIN, TEST], ids=lambda path: path.name)
def test_the_files_have_the_checksums_of_the_readme(path):
    digest = hashlib.sha256(path.read_bytes()).hexdigest()

    readme = (FOLDER / "README.md").read_text()
    assert re.search(rf"{path.name}.*{digest}", readme)


def test_the_digits_are_counted_as_in_the_package():
    # The package has 1001 zeros, 1127 ones, ... 10,000 images in all.
    train = collections.Counter(label for _, label in read(TRAIN))
    test = collections.Counter(label for _, label in read(TEST))

    assert [train[d] + test[d] for d in range(10)] == [
        *(1001, 1127, 991, 1032, 980),
        *(863, 1014, 1070, 944, 978),
    ]
    assert train.total() == 8000
    # A fifth of each digit, to within one image.
    assert [test[d] for d in range(10)] == [
        *(200, 225, 198, 207, 196),
        *(172, 203, 214, 189, 196),
    ]


def test_no_image_is_there_twice_or_on_both_sides():
    images = [image for path in (TRAIN, TEST) for image, _ in read(path)]

    assert {len(image) for image in images} == {28 * 28}
    assert len(set(images)) == len(images) == 10_000
