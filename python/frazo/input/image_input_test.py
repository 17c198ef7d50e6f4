import numpy as np
import pytest
import tensorflow as tf
from frazo.input import image_input  # noqa: F401  (binds itself to its message)
from frazo.input.image_input import standardize
from frazo.proto import input_pb2
from frazo.registry import build
from google.protobuf import text_format

_SHAPE = (2, 2, 1)


@pytest.fixture(scope="module")
def prefix(tmp_path_factory):
    """Ten images: number i is [i, 0, 0, 0] with label i."""
    images = np.zeros([10, *_SHAPE], np.uint8)
    images[:, 0, 0, 0] = np.arange(10)
    prefix = str(tmp_path_factory.mktemp("set") / "ten")
    tf.raw_ops.SaveV2(
        prefix=prefix,
        tensor_names=["x", "y", "none", "no_labels"],
        shape_and_slices=[""] * 4,
        tensors=[images, np.arange(10), images[:0], np.arange(0)],
    )
    return prefix


def make(prefix, text="", *, seed=1, tensors='images: "x" labels: "y"'):
    message = text_format.Parse(
        f'image {{ tensors {{ prefix: "{prefix}" {tensors} }} batch_size: 4 height: 2 width: 2 {text} }}',
        input_pb2.Input(),
    )
    return build(message, seed=seed)


def labels(dataset, count=None):
    batches = dataset if count is None else dataset.take(count)
    return [batch["label"].numpy().tolist() for batch in batches]


def test_one_pass_in_order_with_the_last_batch_padded(prefix):
    source = make(prefix)
    batches = list(source.dataset())
    assert [batch["label"].numpy().tolist() for batch in batches] == [
        [0, 1, 2, 3],
        [4, 5, 6, 7],
        [8, 9, 0, 0],
    ]
    assert [batch["weight"].numpy().tolist() for batch in batches] == [
        [1, 1, 1, 1],
        [1, 1, 1, 1],
        [1, 1, 0, 0],
    ]
    assert not batches[2]["raw"].numpy()[2:].any()
    assert not batches[2]["image"].numpy()[2:].any()
    assert source.num_examples == 10


def test_batches_are_as_the_spec_says(prefix):
    for text in ("", "shuffle: true"):
        source = make(prefix, text)
        dataset = source.dataset()
        assert dataset.element_spec == source.element_spec
        assert source.element_spec == {
            "image": tf.TensorSpec([4, 2, 2, 1], tf.float32),
            "raw": tf.TensorSpec([4, 2, 2, 1], tf.uint8),
            "label": tf.TensorSpec([4], tf.int32),
            "weight": tf.TensorSpec([4], tf.float32),
        }


def test_image_raw_and_label_belong_together(prefix):
    for batch in make(prefix, "shuffle: true").dataset().take(5):
        np.testing.assert_array_equal(batch["raw"][:, 0, 0, 0], batch["label"])
        np.testing.assert_array_equal(batch["image"], standardize(batch["raw"]))


def test_shuffled_epochs_follow_each_other_without_a_gap(prefix):
    stream = np.concatenate(labels(make(prefix, "shuffle: true").dataset(), 15))
    epochs = stream.reshape(6, 10)
    np.testing.assert_array_equal(np.sort(epochs, axis=1), np.tile(np.arange(10), (6, 1)))
    assert len({tuple(epoch) for epoch in epochs}) == 6


def test_order_is_a_function_of_the_seed(prefix):
    first, again, other = (
        labels(make(prefix, "shuffle: true", seed=seed).dataset(), 5) for seed in (1, 1, 2)
    )
    assert first == again != other


def test_max_images_takes_the_first(prefix):
    source = make(prefix, "max_images: 3")
    assert source.num_examples == 3
    assert labels(source.dataset()) == [[0, 1, 2, 0]]


@pytest.mark.parametrize("done", range(6))
def test_saved_iterator_goes_on_exactly_from_a_tiny_state(prefix, tmp_path, done):
    """Restored at every point, also in the middle of an epoch, by another object."""
    dataset = make(prefix, "shuffle: true").dataset()
    expected = labels(dataset, 12)
    iterator = iter(dataset)
    for _ in range(done):
        next(iterator)
    path = tf.train.Checkpoint(iterator=iterator).write(str(tmp_path / "state"))
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) < 10_000

    restored = iter(make(prefix, "shuffle: true").dataset())
    next(restored)
    tf.train.Checkpoint(iterator=restored).read(path).assert_consumed()
    assert [next(restored)["label"].numpy().tolist() for _ in range(12 - done)] == expected[done:]


def test_standardize_by_hand():
    images = tf.constant([[4, 0, 0, 0], [7, 7, 7, 7]], tf.uint8)
    # Mean 1, variance (9 + 1 + 1 + 1) / 4 = 3; the second has deviation 0, bounded by 1 / 2.
    y = standardize(tf.reshape(images, [2, 2, 2, 1]))
    root = 3**0.5
    np.testing.assert_allclose(
        tf.reshape(y, [2, 4]), [[root, -1 / root, -1 / root, -1 / root], [0, 0, 0, 0]], rtol=1e-6
    )


def test_standardize_bounds_small_deviations():
    # Values (1, 0, 0, 0): deviation sqrt(3) / 4 = .433, below the bound 1 / 2: (x - .25) / .5.
    y = standardize(tf.reshape(tf.constant([1, 0, 0, 0], tf.uint8), [1, 2, 2, 1]))
    np.testing.assert_allclose(tf.reshape(y, [4]), [1.5, -0.5, -0.5, -0.5], rtol=1e-6)


def test_empty_set_is_an_error(prefix):
    with pytest.raises(
        ValueError, match=r"image: the input has no images: tensors.prefix .* is empty"
    ):
        make(prefix, tensors='images: "none" labels: "no_labels"')
