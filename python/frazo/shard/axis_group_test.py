import itertools

import numpy as np
import pytest
import tensorflow as tf
from frazo.shard.axis_group import AxisGroup, CallOrder
from frazo.shard.connected_mesh import connected_mesh
from frazo.shard.replicated import cut, enter, join, leave
from frazo.shard.worker_processes import run_in_workers

_GRIDS = [(2, 2), (1, 4), (4, 1)]


def alone():
    return AxisGroup("model", 0, 1, key=3, order=CallOrder())


def test_a_rank_outside_of_the_axis_is_an_error():
    with pytest.raises(ValueError, match="mesh axis model: the coordinate is 2, but it has 2"):
        AxisGroup("model", 2, 2, key=3, order=CallOrder())


def test_one_process_alone_gets_its_arguments():
    x = tf.constant([[1.0, 2.0]])
    group = alone()
    for function in (group.all_reduce, group.all_gather, group.reduce_scatter, group.all_to_all):
        assert function(x) is x
    for function in (enter, leave, join, cut):
        assert function(x, group) is x
        assert function(x, None) is x


def test_pieces_that_do_not_fit_are_errors():
    group = AxisGroup("model", 0, 2, key=3, order=CallOrder())
    with pytest.raises(
        ValueError, match="2 processes cannot get equal pieces of dimension 0, which"
    ):
        group.reduce_scatter(tf.zeros([3, 2]))
    with pytest.raises(ValueError, match="a piece to each of 2 processes, but the tensor has the"):
        group.all_to_all(tf.zeros([3, 2]))
    with pytest.raises(ValueError, match="it has no process 2 to broadcast from, only 2"):
        group.broadcast(tf.zeros([3]), 2)


def values(rank, *shape, stream=0):
    """Whole numbers, so that sums are exact whatever their order."""
    return np.random.default_rng([rank, stream]).integers(-9, 10, shape).astype(np.float32)


def _call(mesh, axis, kind, x):
    group = mesh.groups[axis]
    linear = {
        "all_reduce": group.all_reduce,
        "all_gather": lambda y: group.all_gather(y, 1),
        "reduce_scatter": lambda y: group.reduce_scatter(y, 1),
        "all_to_all": lambda y: group.all_to_all(tf.reshape(y, [group.size, -1])),
        "broadcast": lambda y: group.broadcast(y, group.size - 1),
        "enter": lambda y: enter(y, group),
        "leave": lambda y: leave(y, group),
        "join": lambda y: join(y, group, 1),
        "cut": lambda y: cut(y, group, 1),
    }
    return linear[kind](x)


_KINDS = ("all_reduce", "all_gather", "reduce_scatter", "all_to_all", "broadcast")
_REPLICATED = ("enter", "leave", "join", "cut")


def _run(rank, count, grid, kinds):
    """Returns the output and the gradient of each function on each axis, and the slopes."""
    mesh = connected_mesh(rank, dict(zip(("data", "model"), grid, strict=True)), {}, "data")
    results = {}

    @tf.function(autograph=False)
    def step(x):
        outputs = {}
        for axis, kind in itertools.product(mesh.sizes, kinds):
            with tf.GradientTape() as tape:
                tape.watch(x)
                y = _call(mesh, axis, kind, x)
            slope = tf.constant(values(rank, *y.shape, stream=1))
            outputs[axis, kind] = y, tape.gradient(y, x, slope), slope
        return outputs

    for key, tensors in step(tf.constant(values(rank, 3, 4))).items():
        results[key] = [tensor.numpy() for tensor in tensors]
    whole = mesh.everyone.all_reduce(tf.constant([float(rank)])).numpy().tolist()
    narrow = mesh.everyone.all_gather(tf.constant([rank + 0.5], tf.bfloat16))
    largest = mesh.everyone.all_reduce_max(tf.constant([-rank, rank])).numpy().tolist()
    return results, whole, tf.cast(narrow, tf.float32).numpy().tolist(), largest


def _lines(grid, axis):
    """Returns the ranks of each line of an axis."""
    ranks = np.arange(4).reshape(grid)
    return ranks.T.tolist() if axis == "data" else ranks.tolist()


def _expected(kind, parts):
    """Returns the output of each process of a line from the inputs of all."""
    size = len(parts)
    if kind == "all_reduce":
        return [sum(parts)] * size
    if kind == "all_gather":
        return [np.concatenate(parts, 1)] * size
    if kind == "reduce_scatter":
        return np.split(sum(parts), size, 1)
    if kind == "broadcast":
        return [parts[-1]] * size
    if size == 1:
        return [parts[0].reshape(1, -1)]
    return [np.stack([part.reshape(size, -1)[i] for part in parts]) for i in range(size)]


@pytest.mark.parametrize("grid", _GRIDS, ids=str)
def test_collectives_of_real_processes_have_the_results_and_gradients_of_their_definitions(grid):
    results = run_in_workers(4, _run, grid, _KINDS)
    for axis, kind in itertools.product(("data", "model"), _KINDS):
        for line in _lines(grid, axis):
            outputs, gradients, slopes = zip(
                *(results[rank][0][axis, kind] for rank in line), strict=True
            )
            inputs = [values(rank, 3, 4) for rank in line]
            for output, expected in zip(outputs, _expected(kind, inputs), strict=True):
                np.testing.assert_array_equal(output, expected, err_msg=f"{axis} {kind}")
            # A gradient of a linear function is its transpose: <f(x), s> = <x, f'(s)>.
            forward = sum(float((y * s).sum()) for y, s in zip(outputs, slopes, strict=True))
            backward = sum(float((x * g).sum()) for x, g in zip(inputs, gradients, strict=True))
            assert forward == backward, (axis, kind)
    assert [result[1:] for result in results] == [([6.0], [0.5, 1.5, 2.5, 3.5], [0, 3])] * 4


def test_functions_of_replicated_tensors_have_the_gradients_of_one_loss():
    results = run_in_workers(4, _run, (2, 2), _REPLICATED)
    for line in _lines((2, 2), "model"):
        of = {kind: [results[rank][0]["model", kind] for rank in line] for kind in _REPLICATED}
        inputs = [values(rank, 3, 4) for rank in line]
        for rank, x in enumerate(inputs):
            y, gradient, _ = of["enter"][rank]
            np.testing.assert_array_equal(y, x)
            np.testing.assert_array_equal(gradient, sum(slope for _, _, slope in of["enter"]))
            y, gradient, slope = of["leave"][rank]
            np.testing.assert_array_equal(y, sum(inputs))
            np.testing.assert_array_equal(gradient, slope)
            y, gradient, slope = of["join"][rank]
            np.testing.assert_array_equal(y, np.concatenate(inputs, 1))
            np.testing.assert_array_equal(gradient, np.split(slope, 2, 1)[rank])
            y, gradient, _ = of["cut"][rank]
            np.testing.assert_array_equal(y, np.split(x, 2, 1)[rank])
            slopes = [slope for _, _, slope in of["cut"]]
            np.testing.assert_array_equal(gradient, np.concatenate(slopes, 1))
