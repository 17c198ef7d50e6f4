"""Compares the op of the whole recurrence with the loop of TensorFlow's ops."""

import numpy as np
import pytest
import tensorflow as tf
from frazo import ops
from frazo.layers.place import Place
from frazo.layers.recurrent.attention_lstm import AttentionLstm
from frazo.layers.sequence_layer import Memory
from frazo.layers.sequence_layout import SequenceLayout
from frazo.layers.step_context import StepContext
from frazo.proto import lstm_pb2, query_attention_pb2
from google.protobuf import text_format

_EVALUATION = StepContext.for_evaluation(seed=0)
_TRAINING = StepContext.for_training(seed=1, global_step=tf.constant(3, tf.int64))
_BATCH, _TIME, _DIM, _SOURCES, _MEMORY_DIM = 4, 7, 5, 40, 6
# The last row has no token, and the third no source.
_LAYOUT = SequenceLayout.of_lengths(tf.constant([7, 4, 2, 0]), _TIME)
_SOURCE_LAYOUT = SequenceLayout.of_lengths(tf.constant([40, 17, 0, 3]), _SOURCES)
_EVERYTHING = """
    projection: 3 layer_norm: true layer_norm_epsilon: 1e-3 cell_clip: 0.5 output_tanh: false
    cell_zoneout: 0.3 output_zoneout: 0.2
"""


def make(lstm="", attention="additive { hidden_units: 9 }"):
    messages = (
        text_format.Parse(f"units: 8 {lstm}", lstm_pb2.Lstm()),
        text_format.Parse(attention, query_attention_pb2.QueryAttention()),
    )
    place = Place(path="layer", input_shape=(None, None, _DIM), seed=1)
    return AttentionLstm(*messages, place, memory_shape=(None, None, _MEMORY_DIM))


def normal(*shape, seed=0):
    return tf.random.stateless_normal(shape, [7, seed])


def outputs_and_gradients(layer, choice, context):
    """Returns the outputs and the gradients of a sum in which each has a weight of its own."""
    x, values = normal(_BATCH, _TIME, _DIM), 2 * normal(_BATCH, _SOURCES, _MEMORY_DIM)

    @tf.function(autograph=False)
    def run():
        with tf.GradientTape() as tape:
            tape.watch([x, values])
            memory = Memory(values, _SOURCE_LAYOUT)
            outputs = layer.attend(x, _LAYOUT, context, memory)
            weighted = [
                tf.reduce_sum(y * normal(*tf.unstack(tf.shape(y)), seed=seed))
                for seed, y in enumerate(outputs)
            ]
            total = tf.add_n(weighted)
        return outputs, tape.gradient(total, [x, values, *layer.trainable_variables])

    with ops.implementation(choice):
        graph = run.get_concrete_function().graph.as_graph_def()
        functions = [graph.node, *(function.node_def for function in graph.library.function)]
        kinds = {node.op for nodes in functions for node in nodes}
        uses_op = "Frazo>AttentionLstmSequence" in kinds
        return uses_op, *run()


@pytest.mark.parametrize("context", [_EVALUATION, _TRAINING], ids=["evaluation", "training"])
@pytest.mark.parametrize("lstm", ["", _EVERYTHING], ids=["plain", "everything"])
def test_the_op_agrees_with_the_loop(lstm, context):
    layer = make(lstm)
    for variable in layer.trainable_variables:
        variable.assign_add(0.3 * normal(*variable.shape, seed=len(variable.name)))
    uses_op, outputs, gradients = outputs_and_gradients(layer, ops.Implementation.KERNEL, context)
    assert uses_op
    uses_op, expected, slopes = outputs_and_gradients(layer, ops.Implementation.GRAPH, context)
    assert not uses_op
    for found, right in zip(outputs, expected, strict=True):
        np.testing.assert_allclose(found, right, atol=1e-4)
    names = ["x", "memory", *(variable.name for variable in layer.trainable_variables)]
    for name, found, right in zip(names, gradients, slopes, strict=True):
        scale = max(1, np.abs(right).max())
        np.testing.assert_allclose(found / scale, right / scale, atol=1e-4, err_msg=name)


@pytest.mark.parametrize("choice", [ops.Implementation.KERNEL, ops.Implementation.GRAPH])
def test_padding_has_no_output_and_hands_the_state_on(choice):
    layer = make()
    memory = Memory(normal(1, _SOURCES, _MEMORY_DIM), SequenceLayout(tf.ones([1, 40], tf.bool)))
    x = normal(1, 3, _DIM)
    with_gap = tf.stack([x[:, 0], 9 * x[:, 1], x[:, 1], x[:, 2]], 1)
    gap = SequenceLayout(tf.constant([[True, False, True, True]]))
    with ops.implementation(choice):
        whole = layer.attend(x, SequenceLayout(tf.ones([1, 3], tf.bool)), _EVALUATION, memory)
        parts = layer.attend(with_gap, gap, _EVALUATION, memory)
    for found, expected in zip(parts, whole, strict=True):
        assert np.all(found[:, 1] == 0)
        np.testing.assert_allclose(tf.gather(found, [0, 2, 3], axis=1), expected, atol=1e-6)


@pytest.mark.parametrize(
    ("attention", "context", "expected"),
    [
        ("additive { hidden_units: 9 probability_dropout: 0.5 }", _TRAINING, False),
        ("additive { hidden_units: 9 probability_dropout: 0.5 }", _EVALUATION, True),
        ("additive { hidden_units: 9 bias: false }", _TRAINING, True),
        ("multi_head_additive { num_heads: 2 head_dim: 3 }", _TRAINING, False),
        (
            "location_sensitive { hidden_units: 9 filters: 2 filter_width: 3 }",
            _TRAINING,
            False,
        ),
    ],
)
def test_what_the_op_can_do(attention, context, expected):
    layer = make(attention=attention)
    uses_op, outputs, gradients = outputs_and_gradients(layer, ops.Implementation.KERNEL, context)
    assert uses_op == expected
    assert all(np.all(np.isfinite(value)) for value in [*outputs, *gradients])


def test_attention_without_a_bias_has_no_variable_for_it():
    names = {variable.name for variable in make().variables}
    without = make(attention="additive { hidden_units: 9 bias: false }")
    assert names - {v.name for v in without.variables} == {"layer/attention/memory/bias:0"}
