"""A checkpoint that is written piece by piece is one for its readers."""

import numpy as np
import pytest
import tensorflow as tf
from frazo.checkpoint.pieces import in_pieces, write_in_pieces
from frazo.checkpoint.saved_tensor import SavedTensor, whole_tensors
from frazo.shard.mesh import Range


def numbered(sizes):
    """Tensors of so many bytes."""
    return whole_tensors(
        {f"w{i}": tf.fill([size], tf.cast(i, tf.uint8)) for i, size in enumerate(sizes)}
    )


@pytest.mark.parametrize(
    ("piece_bytes", "files"),
    [
        (1, 5),
        # 8 + 3; 20; 2 + 7.
        (9, 3),
        (1000, 1),
    ],
)
def test_a_piece_ends_when_it_is_large_enough(tmp_path, piece_bytes, files):
    sizes = [8, 3, 20, 2, 7]
    write_in_pieces(tmp_path / "c", numbered(sizes), piece_bytes)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        *(f"c.data-{i:05d}-of-{files:05d}" for i in range(files)),
        "c.index",
    ]
    reader = tf.train.load_checkpoint(str(tmp_path / "c"))
    assert reader.get_variable_to_shape_map() == {f"w{i}": [s] for i, s in enumerate(sizes)}
    for i, size in enumerate(sizes):
        assert reader.get_tensor(f"w{i}").tolist() == [i] * size


def test_no_more_than_a_piece_is_taken_before_it_is_written(tmp_path):
    taken = 0

    def counted():
        nonlocal taken
        for tensor in numbered([4] * 6):
            written = len(list(tmp_path.glob("piece-*/c.index")))
            # Two tensors are a piece.
            assert taken - 2 * written < 2
            taken += 1
            yield tensor

    write_in_pieces(tmp_path / "c", counted(), 8)
    assert taken == 6


def test_all_types_and_slices(tmp_path):
    iterator = iter(tf.data.Dataset.range(3))
    position = tf.raw_ops.SerializeIterator(
        resource_handle=iterator._iterator_resource, external_state_policy=2
    )
    half = [
        SavedTensor("w", (2, 3), (Range(row, 1), Range(0, 3)), tf.fill([1, 3], float(row)))
        for row in (0, 1)
    ]
    values = {
        "text": tf.constant("a"),
        "position": position,
        "empty": tf.zeros([0, 2]),
        "half": tf.ones([2], tf.bfloat16),
    }
    write_in_pieces(tmp_path / "c", [*whole_tensors(values), *half], 1)
    text, found, empty, ones, w = tf.raw_ops.RestoreV2(
        prefix=str(tmp_path / "c"),
        tensor_names=[*values, "w"],
        shape_and_slices=[""] * 5,
        dtypes=[tf.string, tf.variant, tf.float32, tf.bfloat16, tf.float32],
    )
    assert (text.numpy(), empty.shape) == (b"a", (0, 2))
    assert tf.io.serialize_tensor(found) == tf.io.serialize_tensor(position)
    assert ones.numpy().tolist() == [1, 1]
    np.testing.assert_array_equal(w, [[0, 0, 0], [1, 1, 1]])


def test_a_piece_ends_with_the_item_that_makes_it_large_enough():
    sizes = [3, 1, 1, 9, 2, 3]
    assert list(in_pieces(sizes, int, 5)) == [[3, 1, 1], [9], [2, 3]]
    assert list(in_pieces([4], int, 5)) == [[4]]
    assert list(in_pieces([], int, 5)) == []


def test_nothing_is_written_without_tensors(tmp_path):
    assert write_in_pieces(tmp_path / "c", []) == 0
    assert list(tmp_path.iterdir()) == []
