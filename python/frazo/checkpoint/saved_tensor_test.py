import itertools

import numpy as np
import pytest
import tensorflow as tf
from frazo.checkpoint.directory import CheckpointDirectory
from frazo.checkpoint.restore import by_key, restore_variables
from frazo.checkpoint.retention import RetentionPolicy
from frazo.checkpoint.saved_tensor import SavedTensor, saved_tensors, whole_tensors
from frazo.checkpoint.store import CheckpointStore
from frazo.layers.declaration import inherit
from frazo.layers.place import Place
from frazo.program.errors import JobError
from frazo.proto import initializer_pb2
from frazo.shard.mesh import Fused, Mesh, Range

_RULES = {"embed": "data", "mlp": "model"}
_GRID = [
    Mesh({"data": 2, "model": 2}, {"data": data, "model": column}, _RULES)
    for data, column in itertools.product(range(2), range(2))
]


def variables_on(mesh, seed=1):
    """A kernel of two fused parts, with a slot of an optimizer, and a bias."""
    place, init = Place(path="fc", seed=seed, mesh=mesh), initializer_pb2.Initializer()
    fused = Fused.equal("mlp", 2, 4)
    kernel = place.variable("kernel", (6, 8), axes=("embed", fused), init=init)
    bias = place.variable("bias", (8,), axes=(fused,), init=init)
    slot = inherit(tf.Variable(2 * kernel, name="learner/adam/m/fc/kernel"), kernel)
    return by_key([kernel, bias, slot])


def slices_of_all(seed=1):
    """What four processes save, each slice once."""
    slices = [
        tensor
        for mesh in _GRID
        for name, variable in variables_on(mesh, seed).items()
        for tensor in saved_tensors(name, variable)
    ]
    return list({(tensor.name, tensor.slice): tensor for tensor in slices}.values())


def save(folder, tensors):
    CheckpointStore(folder, RetentionPolicy(1)).write(7, tensors)
    return CheckpointDirectory(folder).newest(pytest.fail)


def assert_equal(variables, others):
    for name, variable in variables.items():
        np.testing.assert_array_equal(variable, others[name], err_msg=name)


def test_slices_of_a_process_in_the_words_of_tensorflow():
    # Rows 0 to 2 and, of the parts that begin at columns 0 and 4, the second halves.
    kernel, bias = (variables_on(_GRID[1])[name] for name in ("fc/kernel", "fc/bias"))
    first, second = saved_tensors("fc/kernel", kernel)
    assert (first.full_shape, first.slice) == ((6, 8), (Range(0, 3), Range(2, 2)))
    assert first.shape_and_slice == "6 8 0,3:2,2"
    assert second.shape_and_slice == "6 8 0,3:6,2"
    np.testing.assert_array_equal(second.value, kernel[:, 2:])
    assert [t.shape_and_slice for t in saved_tensors("fc/bias", bias)] == ["8 2,2", "8 6,2"]
    assert SavedTensor.whole("fc/kernel", tf.zeros([6, 8])).shape_and_slice == ""


def test_what_four_processes_save_is_the_whole_model(tmp_path):
    checkpoint = save(tmp_path, slices_of_all())
    whole = variables_on(Mesh.single())
    reader = tf.train.load_checkpoint(checkpoint.prefix)
    for name, variable in whole.items():
        np.testing.assert_array_equal(reader.get_tensor(name), variable, err_msg=name)
    restored = variables_on(Mesh.single(), seed=2)
    restore_variables(checkpoint, restored, other_prefixes=["input/"])
    assert_equal(restored, whole)


@pytest.mark.parametrize("mesh", [*_GRID, Mesh({"model": 4}, {"model": 3}, {"mlp": "model"})])
def test_any_mesh_reads_its_parts_of_what_another_has_saved(tmp_path, mesh):
    whole = variables_on(Mesh.single())
    by_one = save(tmp_path / "one", whole_tensors(whole))
    by_four = save(tmp_path / "four", slices_of_all())
    for checkpoint in (by_one, by_four):
        restored = variables_on(mesh, seed=2)
        restore_variables(checkpoint, restored, other_prefixes=["input/"])
        assert_equal(restored, variables_on(mesh))


def test_difference_in_shape_is_of_the_whole_variables(tmp_path):
    checkpoint = save(tmp_path, whole_tensors({"fc/bias": tf.zeros([4])}))
    bias = variables_on(_GRID[0])["fc/bias"]
    message = r"fc/bias is float32 \[4\] in the checkpoint, float32 \[8\] in the model"
    with pytest.raises(JobError, match=message):
        restore_variables(checkpoint, by_key([bias]), other_prefixes=["input/"])
