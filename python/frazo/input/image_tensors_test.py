import numpy as np
import pytest
import tensorflow as tf
from frazo.input.image_tensors import read_image_tensors
from frazo.proto import image_input_pb2


def write(tmp_path, **tensors):
    """A checkpoint with these tensors under their plain names, as keras2ckpt writes it."""
    prefix = str(tmp_path / "set")
    tf.raw_ops.SaveV2(
        prefix=prefix,
        tensor_names=list(tensors),
        shape_and_slices=[""] * len(tensors),
        tensors=[tf.constant(tensor) for tensor in tensors.values()],
    )
    return prefix


def read(prefix, image_shape=(2, 3, 1), images="x_train", labels="y_train"):
    message = image_input_pb2.TensorCheckpoint(prefix=prefix, images=images, labels=labels)
    return read_image_tensors(message, image_shape)


_IMAGES = np.arange(24, dtype=np.uint8).reshape(4, 2, 3)
_LABELS = np.array([3, 1, 4, 1], np.uint8)


def test_reads_images_without_channels(tmp_path):
    image_set = read(write(tmp_path, x_train=_IMAGES, y_train=_LABELS))
    np.testing.assert_array_equal(image_set.images, _IMAGES[..., np.newaxis])
    np.testing.assert_array_equal(image_set.labels, [3, 1, 4, 1])
    assert image_set.labels.dtype == np.int32


def test_reads_images_with_channels(tmp_path):
    images = np.arange(32, dtype=np.uint8).reshape(4, 2, 2, 2)
    image_set = read(write(tmp_path, x_train=images, y_train=_LABELS), image_shape=(2, 2, 2))
    np.testing.assert_array_equal(image_set.images, images)


def test_missing_tensor_lists_what_there_is(tmp_path):
    prefix = write(tmp_path, x_train=_IMAGES, y_train=_LABELS)
    with pytest.raises(
        ValueError, match=r"no tensor 'x_test'; it has x_train, y_train\. Correct tensors\.images"
    ):
        read(prefix, images="x_test")


@pytest.mark.parametrize(
    ("images", "labels", "message"),
    [
        (
            _IMAGES.astype(np.float32),
            _LABELS,
            r"'x_train' is float32 \[4, 2, 3, 1\]; expected uint8",
        ),
        (
            _IMAGES[:, :1],
            _LABELS,
            r"'x_train' is uint8 \[4, 1, 3, 1\]; expected uint8 .*'n', 2, 3, 1",
        ),
        (_IMAGES, _LABELS[:3], r"'y_train' is uint8 \[3\]; expected integers \[4\]"),
        (_IMAGES, _LABELS.astype(np.float32), r"'y_train' is float32 \[4\]; expected integers"),
        (_IMAGES, _LABELS.astype(np.int64) - 2, "'y_train' has values from -1 to 2; expected"),
    ],
)
def test_wrong_tensors_are_named(tmp_path, images, labels, message):
    with pytest.raises(ValueError, match=message):
        read(write(tmp_path, x_train=images, y_train=labels))


def test_reads_from_a_folder_whose_name_looks_like_a_pattern(tmp_path):
    folder = tmp_path / "sweep[lr=0.1]"
    folder.mkdir()
    image_set = read(write(folder, x_train=_IMAGES, y_train=_LABELS))
    np.testing.assert_array_equal(image_set.labels, [3, 1, 4, 1])


def test_a_prefix_that_looks_like_a_pattern_is_refused(tmp_path):
    prefix = write(tmp_path, x_train=_IMAGES, y_train=_LABELS)
    for file in tmp_path.iterdir():
        file.rename(tmp_path / file.name.replace("set", "set[1]"))
    with pytest.raises(
        ValueError, match=r"^tensors\.prefix: TensorFlow takes the name of '.*set\[1\]'"
    ):
        read(f"{prefix}[1]")
