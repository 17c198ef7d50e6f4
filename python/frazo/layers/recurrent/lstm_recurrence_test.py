"""Tests the op against the same recurrence in TensorFlow's operations, and its errors."""

from typing import NamedTuple

import numpy as np
import pytest
import tensorflow as tf
from frazo import ops
from frazo.layers.recurrent.lstm_cell import LstmWeights, Zoneout
from frazo.layers.recurrent.lstm_recurrence import Sweep, recur
from frazo.layers.recurrent.lstm_scan import scan
from frazo.proto import lstm_pb2
from hypothesis import given, settings
from hypothesis import strategies as st


class Case(NamedTuple):
    batch: int
    time: int
    units: int
    projection: int
    layer_norm: bool
    cell_clip: float
    cell_zoneout: bool
    output_zoneout: bool
    output_tanh: bool
    reverse: bool
    packed: bool


_CASES = st.builds(
    Case,
    batch=st.integers(1, 14),
    time=st.integers(1, 6),
    # These are fewer than the lanes of a vector, as many, and more.
    units=st.sampled_from([1, 3, 16, 21, 40]),
    projection=st.sampled_from([0, 0, 1, 17, 35]),
    layer_norm=st.booleans(),
    cell_clip=st.sampled_from([0.0, 0.2, 0.7]),
    cell_zoneout=st.booleans(),
    output_zoneout=st.booleans(),
    output_tanh=st.booleans(),
    reverse=st.booleans(),
    packed=st.booleans(),
)


def message_of(case):
    return lstm_pb2.Lstm(
        units=case.units,
        layer_norm=case.layer_norm,
        layer_norm_epsilon=1e-3,
        cell_clip=case.cell_clip,
        output_tanh=case.output_tanh,
        reverse=case.reverse,
    )


def sweep_of(case):
    random = np.random.default_rng(case.batch * 100 + case.units)
    size = case.projection or case.units

    def normal(*shape):
        return tf.constant(random.normal(size=shape), tf.float32)

    def share(is_there, width):
        shape = (case.batch, case.time, width)
        return tf.constant(random.integers(0, 3, shape) / 2, tf.float32) if is_there else None

    weights = LstmWeights(
        kernel=normal(size, 4 * case.units) / np.sqrt(size),
        projection=normal(case.units, size) if case.projection else None,
        scale=normal(4 * case.units) if case.layer_norm else None,
        bias=normal(4 * case.units) if case.layer_norm else None,
    )
    batch_and_time = (case.batch, case.time)
    return Sweep(
        weights=weights,
        gates=normal(*batch_and_time, 4 * case.units),
        mask=tf.constant(random.random(batch_and_time) < 0.8),
        starts=tf.constant(random.random(batch_and_time) < 0.2) if case.packed else None,
        zoneout=Zoneout(share(case.cell_zoneout, case.units), share(case.output_zoneout, size)),
    )


def outputs_and_gradients(run, message, sweep):
    """Returns the output, and the gradients of its inner product with random numbers."""
    points = [sweep.gates, *(weight for weight in sweep.weights if weight is not None)]
    with tf.GradientTape() as tape:
        tape.watch(points)
        output = run(message, sweep)
        value = tf.reduce_sum(output * tf.random.stateless_normal(output.shape, [1, 2]))
    return [output, *tape.gradient(value, points)]


def assert_equal_to_scan(case):
    message, sweep = message_of(case), sweep_of(case)
    op = outputs_and_gradients(recur, message, sweep)
    scanned = outputs_and_gradients(scan, message, sweep)
    for one, other in zip(op, scanned, strict=True):
        scale = max(1.0, float(np.abs(other).max()))
        np.testing.assert_allclose(one / scale, other / scale, atol=2e-5)


@settings(max_examples=60)
@given(_CASES)
def test_outputs_and_gradients_are_those_of_the_scan(case):
    assert_equal_to_scan(case)


@pytest.mark.parametrize("projection", [0, 160])
@pytest.mark.parametrize("layer_norm", [False, True], ids=["plain", "layer_norm"])
def test_also_where_threads_share_a_step(projection, layer_norm):
    assert_equal_to_scan(
        Case(9, 5, 256, projection, layer_norm, 0.5, True, True, True, False, True)
    )


def test_two_recurrences_may_run_at_once():
    case = Case(8, 20, 256, 0, False, 0.0, False, False, True, False, False)
    message, sweep = message_of(case), sweep_of(case)
    alone = recur(message, sweep)

    @tf.function(autograph=False)
    def both():
        return recur(message, sweep), recur(message, sweep._replace(gates=sweep.gates * 2))

    for _ in range(5):
        first, second = both()
        np.testing.assert_array_equal(first, alone)
        assert not np.array_equal(second, alone)


def test_shapes_are_known_in_the_graph():
    message = lstm_pb2.Lstm(units=4)

    @tf.function(
        autograph=False,
        input_signature=[tf.TensorSpec([None, None, 16]), tf.TensorSpec([None, None], tf.bool)],
    )
    def outputs(gates, mask):
        sweep = Sweep(LstmWeights(tf.ones([3, 16]), tf.ones([4, 3])), gates, mask)
        output = recur(message, sweep)
        assert output.shape.as_list() == [None, None, 3]
        return output

    assert outputs(tf.ones([2, 5, 16]), tf.ones([2, 5], tf.bool)).shape == (2, 5, 3)


_RIGHT = {
    "gates": [2, 3, 16],
    "kernel": [4, 16],
    "projection": None,
    "scale": None,
    "bias": None,
    "mask": [2, 3],
    "starts": None,
    "cell_zoneout": None,
    "output_zoneout": None,
}


def call_op(shapes, **settings):
    values = {
        name: tf.ones(shape, tf.bool if name in ("mask", "starts") else tf.float32)
        for name, shape in shapes.items()
        if shape is not None
    }
    gates = values.pop("gates")
    return gates, ops.LstmArguments(**values, settings=settings)


@pytest.mark.parametrize(
    ("shapes", "error"),
    [
        ({"gates": [2, 3, 15]}, r"gates has shape \[2,3,15\]; expected \[batch, time, 4 units\]"),
        ({"gates": [2, 3, 0]}, r"gates has shape \[2,3,0\]"),
        ({"gates": [6, 16]}, r"gates has shape \[6,16\]"),
        ({"kernel": [4, 12]}, r"kernel has shape \[4,12\]; expected \[size, 4 units = 16\]"),
        ({"kernel": [0, 16]}, r"kernel has shape \[0,16\]"),
        ({"kernel": [5, 16]}, r"without a projection its first dimension is that of the cell: 4"),
        ({"projection": [4, 5]}, r"projection has shape \[4,5\]; expected \[4,4\]"),
        ({"scale": [4]}, r"scale has shape \[4\]; expected \[16\]"),
        ({"scale": [16]}, r"of scale and bias one is empty"),
        ({"scale": [16], "bias": [1, 16]}, r"bias has shape \[1,16\]; expected \[16\]"),
        ({"mask": [2, 4]}, r"mask has shape \[2,4\]; expected \[2,3\]"),
        ({"starts": [3, 2]}, r"starts has shape \[3,2\]; expected \[2,3\]"),
        ({"cell_zoneout": [2, 3, 1]}, r"cell_zoneout has shape \[2,3,1\]; expected \[2,3,4\]"),
        ({"output_zoneout": [6, 4]}, r"output_zoneout has shape \[6,4\]; expected \[2,3,4\]"),
    ],
)
def test_an_input_that_does_not_fit_is_named(shapes, error):
    with pytest.raises(tf.errors.InvalidArgumentError, match=f"LstmSequence: .*{error}"):
        ops.lstm_sequence(*call_op(_RIGHT | shapes))


@pytest.mark.parametrize(
    ("settings", "error"),
    [
        ({"layer_norm_epsilon": 0.0}, r"layer_norm_epsilon is 0; expected > 0"),
        ({"layer_norm_epsilon": float("nan")}, r"layer_norm_epsilon is nan"),
        ({"cell_clip": -1.0}, r"cell_clip is -1; expected >= 0"),
    ],
)
def test_a_setting_out_of_range_is_named(settings, error):
    with pytest.raises(tf.errors.InvalidArgumentError, match=f"LstmSequence: {error}"):
        ops.lstm_sequence(*call_op(_RIGHT, **settings))


@pytest.mark.parametrize(
    ("field", "shape"),
    [
        ("output_gradient", [2, 3, 5]),
        ("inverse_deviations", [2, 3, 1]),
        ("cells_before", [2, 3]),
    ],
)
def test_a_gradient_or_trace_that_does_not_fit_is_named(field, shape):
    gates, arguments = call_op(_RIGHT | {"scale": [16], "bias": [16]})
    output, trace = ops.lstm_sequence(gates, arguments)
    if field == "output_gradient":
        output = tf.ones(shape)
    else:
        trace = trace._replace(**{field: tf.ones(shape)})
    with pytest.raises(tf.errors.InvalidArgumentError, match=f"LstmSequence: {field} has shape"):
        ops.lstm_sequence_gradient(output, trace, arguments)


def test_gradients_of_another_trace_are_refused():
    gates, arguments = call_op(_RIGHT)
    output, trace = ops.lstm_sequence(gates, arguments)
    trace = trace._replace(trace_gates=tf.ones([2, 4, 16]))
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"mask has shape \[2,3\]; expected"):
        ops.lstm_sequence_gradient(output, trace, arguments)
