import numpy as np
import pytest
import tensorflow as tf
from frazo import _core
from frazo.input import image_input  # noqa: F401  (binds itself to its message)
from frazo.input.image_input import standardize
from frazo.input.iterator_position import restore_position, save_position
from frazo.input.share import WHOLE, Share
from frazo.proto import input_pb2
from frazo.registry import build
from google.protobuf import text_format

_SHAPE = (2, 2, 1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Ten images: number i is [i, 0, 0, 0] with label i; as tensors and as records."""
    images = np.zeros([10, *_SHAPE], np.uint8)
    images[:, 0, 0, 0] = np.arange(10)
    folder = tmp_path_factory.mktemp("set")
    tf.raw_ops.SaveV2(
        prefix=str(folder / "tensors"),
        tensor_names=["x", "y", "none", "no_labels"],
        shape_and_slices=[""] * 4,
        tensors=[images, np.arange(10), images[:0], np.arange(0)],
    )
    with _core.RecordWriter(folder / "records") as records:
        for label, image in enumerate(images):
            example = tf.train.Example()
            example.features.feature["image"].bytes_list.value.append(image.tobytes())
            example.features.feature["label"].int64_list.value.append(label)
            records.write(example.SerializeToString())
    return folder


@pytest.fixture(params=["tensors", "records"])
def source(request, folder):
    """A source in textproto."""
    if request.param == "tensors":
        return f'tensors {{ prefix: "{folder}/tensors" images: "x" labels: "y" }}'
    return f'records {{ files: "{folder}/records" }}'


def make(source, text="", *, seed=1, share=WHOLE):
    message = text_format.Parse(
        f"image {{ {source} batch_size: 4 height: 2 width: 2 {text} }}", input_pb2.Input()
    )
    return build(message, seed=seed, share=share)


def labels(dataset, count=None):
    batches = dataset if count is None else dataset.take(count)
    return [batch["label"].numpy().tolist() for batch in batches]


def test_one_pass_in_order_with_the_last_batch_padded(source):
    images = make(source)
    batches = list(images.dataset())
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


def test_numbers_count_the_rows_in_order(source):
    numbers = [row_numbers.numpy().tolist() for _, row_numbers in make(source).numbered_dataset()]
    # The last two rows are padding.
    assert numbers == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]]


def test_how_many_there_are_is_known_of_what_is_in_memory(folder):
    tensors = f'tensors {{ prefix: "{folder}/tensors" images: "x" labels: "y" }}'
    for text, number in [(tensors, 10), (f'records {{ files: "{folder}/records" }}', None)]:
        source = make(text)
        source.open()
        assert source.num_examples == number


def test_batches_are_as_the_spec_says(source):
    for text in ("", "shuffle: true"):
        images = make(source, text)
        dataset = images.dataset()
        assert dataset.element_spec == images.element_spec
        assert images.element_spec == {
            "image": tf.TensorSpec([4, 2, 2, 1], tf.float32),
            "raw": tf.TensorSpec([4, 2, 2, 1], tf.uint8),
            "label": tf.TensorSpec([4], tf.int32),
            "weight": tf.TensorSpec([4], tf.float32),
        }


def test_image_raw_and_label_belong_together(source):
    for batch in make(source, "shuffle: true").dataset().take(5):
        np.testing.assert_array_equal(batch["raw"][:, 0, 0, 0], batch["label"])
        np.testing.assert_array_equal(batch["image"], standardize(batch["raw"]))


def test_shuffled_epochs_follow_each_other_without_a_gap(source):
    stream = np.concatenate(labels(make(source, "shuffle: true").dataset(), 15))
    epochs = stream.reshape(6, 10)
    np.testing.assert_array_equal(np.sort(epochs, axis=1), np.tile(np.arange(10), (6, 1)))
    assert len({tuple(epoch) for epoch in epochs}) == 6


def test_order_is_a_function_of_the_seed(source):
    first, again, other = (
        labels(make(source, "shuffle: true", seed=seed).dataset(), 5) for seed in (1, 1, 2)
    )
    assert first == again != other


@pytest.mark.parametrize("divides_batches", [True, False])
@pytest.mark.parametrize("replicas", [2, 3, 4])
def test_shares_are_disjoint_and_together_the_whole(source, replicas, divides_batches):
    shares = [
        make(source, share=Share(r, replicas, divides_batches)).dataset() for r in range(replicas)
    ]
    read = []
    for dataset in shares:
        for batch in dataset:
            read += batch["label"].numpy()[batch["weight"].numpy() > 0].tolist()
    assert sorted(read) == list(range(10))


def test_shuffled_shares_of_images_in_memory_take_turns_in_the_order_of_the_whole(folder):
    tensors = f'tensors {{ prefix: "{folder}/tensors" images: "x" labels: "y" }} shuffle: true'
    whole = labels(make(tensors).dataset(), 9)
    for replica in range(3):
        share = labels(make(tensors, share=Share(replica, 3)).dataset(), 9)
        assert share == [batch[replica::3] for batch in whole]


def test_shuffled_images_in_memory_may_be_shared_by_whole_batches(folder):
    tensors = f'tensors {{ prefix: "{folder}/tensors" images: "x" labels: "y" }} shuffle: true'
    whole = labels(make(tensors).dataset(), 20)
    iterators = []
    for replica in range(2):
        share = make(tensors, share=Share(replica, 2, divides_batches=False))
        assert labels(share.dataset(), 9) == whole[replica:18:2]
        iterators.append(iter(share.dataset()))
    # The first gives the batches 0, 2 and 4; the second one 1.
    for replica in (0, 0, 0, 1):
        next(iterators[replica])
    positions = [save_position(iterator) for iterator in iterators]
    for replica in range(3):
        share = make(tensors, share=Share(replica, 3, divides_batches=False))
        iterator = iter(share.dataset())
        restore_position(iterator, share.continued_position(positions))
        given = [next(iterator)["label"].numpy().tolist() for _ in range(3)]
        # Batch 3 is the first that is missing.
        assert given == whole[3 + replica : 12 : 3]


def test_more_workers_than_images_in_a_batch_are_an_error(source):
    with pytest.raises(ValueError, match="a batch of 4 cannot be divided over 5 workers"):
        make(source, share=Share(0, 5))


def test_the_position_of_images_in_memory_is_that_of_any_number_of_shares(folder):
    tensors = f'tensors {{ prefix: "{folder}/tensors" images: "x" labels: "y" }} shuffle: true'
    assert make(tensors, share=Share(1, 2)).continued_position(["first", "second"]) == "first"


def test_shuffled_shares_of_records_have_all_records_in_an_epoch(folder):
    records = f'records {{ files: "{folder}/records" }} shuffle: true'
    # Five of the ten records are an epoch, so that five batches of two are two epochs.
    for replica in range(2):
        read = np.concatenate(labels(make(records, share=Share(replica, 2)).dataset(), 5))
        epochs = read.reshape(2, 5)
        np.testing.assert_array_equal(np.sort(epochs, axis=1), np.tile(np.sort(epochs[0]), (2, 1)))


def test_max_images_takes_the_first(source):
    images = make(source, "max_images: 3")
    images.open()
    assert images.num_examples == 3
    assert labels(images.dataset()) == [[0, 1, 2, 0]]
    shuffled = np.concatenate(labels(make(source, "max_images: 3 shuffle: true").dataset(), 3))
    np.testing.assert_array_equal(np.sort(shuffled.reshape(4, 3)), [[0, 1, 2]] * 4)


@pytest.mark.parametrize("done", range(6))
def test_saved_iterator_goes_on_exactly_from_a_tiny_state(source, tmp_path, done):
    """Restored at every point, also in the middle of an epoch, by another object."""
    dataset = make(source, "shuffle: true").dataset()
    expected = labels(dataset, 12)
    iterator = iter(dataset)
    for _ in range(done):
        next(iterator)
    path = tf.train.Checkpoint(iterator=iterator).write(str(tmp_path / "state"))
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) < 10_000

    restored = iter(make(source, "shuffle: true").dataset())
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


def test_empty_set_is_an_error(folder):
    with pytest.raises(
        ValueError, match=r"image: the input has no images: tensors.prefix .* is empty"
    ):
        make(f'tensors {{ prefix: "{folder}/tensors" images: "none" labels: "no_labels" }}').open()


def test_a_missing_file_is_an_error_where_the_input_is_opened():
    source = make('records { files: "/no/such" }')
    assert source.element_spec["label"].dtype == tf.int32
    with pytest.raises(FileNotFoundError, match=r"records\.files: .*'/no/such'"):
        source.open()


def test_the_identity_of_images_in_memory_is_all_that_their_order_depends_on(folder):
    tensors = f'tensors {{ prefix: "{folder}/tensors" images: "x" labels: "y" }}'
    one = make(tensors, "shuffle: true").identity()
    # The folder is no part of it.
    moved = folder.parent / "moved"
    moved.symlink_to(folder)
    tensors_there = tensors.replace(str(folder), str(moved))
    assert make(tensors_there, "shuffle: true").identity() == one
    assert make(tensors, "shuffle: true", share=Share(1, 2)).identity() == one
    assert make(tensors, "shuffle: true", share=Share(1, 2, False)).identity() != one
    others = {
        "images": make(tensors, "shuffle: true max_images: 9").identity(),
        "order": make(tensors, "shuffle: true", seed=2).identity(),
    }
    for name, other in others.items():
        assert other[name] != one[name]
    assert others["images"]["contents"] != one["contents"]
    assert make(tensors).identity()["order"] == make(tensors, seed=2).identity()["order"]


def test_images_from_a_pipeline_leave_their_identity_to_it(folder):
    assert make(f'records {{ files: "{folder}/records" }}', "shuffle: true").identity() == {}


def test_records_continue_in_another_number_of_shares(folder):
    # Unlike a pipeline, the images are finished by a map, whose shapes are those of a share.
    records = f'records {{ files: "{folder}/records" }} shuffle: true'
    positions, read = [], []
    for replica in range(2):
        iterator = iter(make(records, share=Share(replica, 2)).dataset())
        read += next(iterator)["label"].numpy().tolist()
        positions.append(save_position(iterator))
    whole = make(records)
    iterator = iter(whole.dataset())
    restore_position(iterator, whole.continued_position(positions))
    # Four of the ten records were read, and the other six come before any is read again.
    read += next(iterator)["label"].numpy().tolist()
    read += next(iterator)["label"].numpy().tolist()[:2]
    assert sorted(read) == list(range(10))


def test_classes_take_the_place_of_labels(source):
    images = make(source, "classes: [0, 1, 0, 1, 0, 1, 0, 1, 0, 1]")
    # The padding of the last batch is of class 0.
    assert labels(images.dataset()) == [[0, 1, 0, 1], [0, 1, 0, 1], [0, 1, 0, 0]]


def test_a_label_without_a_class_is_an_error(source):
    images = make(source, "classes: [0, 1, 0]")
    with pytest.raises(tf.errors.InvalidArgumentError, match="not from 0 to 2; list a class for"):
        list(images.dataset())
