"""A checkpoint is written whole or not at all."""

import resource

import numpy as np
import pytest
import tensorflow as tf
from frazo_tools.images.tensor_bundle import write_tensor_bundle


@pytest.mark.parametrize("dtype", [np.uint8, np.int64, np.float32])
@pytest.mark.parametrize("shape", [(0,), (), (2, 3)])
def test_tensorflow_restores_what_was_written(tmp_path, dtype, shape):
    array = np.arange(np.prod(shape, dtype=int)).reshape(shape).astype(dtype)

    files = write_tensor_bundle(tmp_path / "new folder" / "set", {"a/b": array})

    assert [path.name for path in files] == ["set.data-00000-of-00001", "set.index"]
    restored = tf.train.load_checkpoint(str(tmp_path / "new folder" / "set")).get_tensor("a/b")
    assert restored.dtype == dtype
    np.testing.assert_array_equal(restored, array)


def test_a_full_disk_leaves_what_was_there(tmp_path):
    write_tensor_bundle(tmp_path / "set", {"x": np.full(3, 7, np.uint8)})

    # The largest file allowed stands for the room left on the disk.
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))
    try:
        with pytest.raises(OSError, match="set: cannot be written"):
            write_tensor_bundle(tmp_path / "set", {"x": np.zeros(2**20, np.uint8)})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)

    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "set.data-00000-of-00001",
        "set.index",
    ]
    restored = tf.train.load_checkpoint(str(tmp_path / "set")).get_tensor("x")
    assert restored.tolist() == [7, 7, 7]
