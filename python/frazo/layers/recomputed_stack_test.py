"""A stack that computes its layers again gives what it gives otherwise."""

import numpy as np
import pytest
import tensorflow as tf
from frazo.layers.place import Place
from frazo.layers.sequence_layer import Memory
from frazo.layers.sequence_layout import SequenceLayout
from frazo.layers.step_context import StepContext
from frazo.layers.transformer_stack import TransformerStack
from frazo.proto import transformer_layer_pb2
from google.protobuf import text_format

_ROWS, _TIME, _DIM = 3, 5, 8
_DROPS = "probability_dropout: 0.2"
_PLAIN = (
    f"self_attention {{ num_heads: 2 causal: true {_DROPS} }} "
    "feed_forward { hidden_units: 12 activation: TANH hidden_dropout: 0.2 } "
    "residual_dropout: 0.3 skip_probability: 0.4"
)
_MIXTURE = (
    "self_attention { num_heads: 2 causal: true } mixture_of_experts { num_experts: 4 hidden_units: 6 "
    "group_size: 5 balance_loss_weight: 0.5 router_z_loss_weight: 0.1 balancing_bias_rate: 0.01 "
    "activation: TANH }"
)
_CASES = {
    "dropout": f"layer {{ {_PLAIN} }} positions {{ learned {{ max_length: 9 }} }} input_dropout: 0.1",
    "experts": f"layer {{ {_MIXTURE} }} alternating_with {{ {_PLAIN} }} final_norm: true",
    "memory": f"layer {{ {_PLAIN} cross_attention {{ num_heads: 2 {_DROPS} }} }}",
}


def make_stack(text, compute_dtype=tf.float32):
    message = text_format.Parse(f"num_layers: 3 {text}", transformer_layer_pb2.TransformerStack())
    place = Place(path="stack", input_shape=(None, None, _DIM), seed=1, compute_dtype=compute_dtype)
    shape = (None, None, _DIM) if "cross_attention" in text else None
    return TransformerStack(message, place, memory_shape=shape)


def packed_layout():
    ids = tf.constant([[1, 1, 2, 2, 2], [1, 1, 1, 1, 1], [1, 2, 2, 0, 0]])
    positions = tf.constant([[0, 1, 0, 1, 2], [0, 1, 2, 3, 4], [0, 0, 1, 0, 0]])
    return SequenceLayout.of_segments(ids, positions)


def train(text, compute_dtype=tf.float32, *, packed=False):
    """Returns by name all that a step of a stack computes."""
    stack = make_stack(text, compute_dtype)
    layout = packed_layout() if packed else SequenceLayout.of_lengths(tf.constant([5, 2, 4]), _TIME)
    inputs = tf.random.stateless_normal([2, _ROWS, _TIME, _DIM], [1, 2])
    projection = tf.random.stateless_normal([_ROWS, _TIME, _DIM], [3, 4])

    @tf.function(autograph=False)
    def step(inputs):
        context = StepContext.for_training(seed=1, global_step=tf.constant(3, tf.int64))
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            x, source = tf.unstack(tf.cast(inputs, compute_dtype))
            memory = Memory(source, layout) if "cross_attention" in text else None
            y, probabilities = stack.attend(x, layout, context, memory)
            kept = tf.where(layout.mask[..., tf.newaxis], tf.cast(y, tf.float32), 0.0)
            loss = tf.reduce_sum(kept * projection) + context.auxiliary_loss()
            if probabilities is not None:
                loss += tf.reduce_sum(tf.square(probabilities))
        sources = {"inputs": inputs} | {v.name: v for v in stack.trainable_variables}
        gradients = tape.gradient(loss, sources)
        named = {
            "loss": loss,
            "y": kept,
            "auxiliary": context.auxiliary_loss(),
            "updates": {variable.name: value for variable, value in context.updates},
            "metrics": context.metrics,
        }
        return named | {
            f"gradient of {name}": tf.convert_to_tensor(slope) for name, slope in gradients.items()
        }

    return step(inputs)


@pytest.mark.parametrize("name", list(_CASES))
@pytest.mark.parametrize("compute_dtype", [tf.float32, tf.bfloat16], ids=["float32", "bfloat16"])
def test_all_is_the_same_as_without(name, compute_dtype):
    packed = name == "experts"
    kept = train(_CASES[name], compute_dtype, packed=packed)
    again = train(f"{_CASES[name]} recompute_layers: true", compute_dtype, packed=packed)
    tf.nest.assert_same_structure(kept, again)
    for value, expected in zip(tf.nest.flatten(again), tf.nest.flatten(kept), strict=True):
        np.testing.assert_allclose(value, expected, rtol=1e-5, atol=1e-6)
    assert float(tf.norm(kept["gradient of inputs"])) > 0


def test_what_layers_add_to_the_step_counts_once():
    stack = make_stack(f"{_CASES['experts']} recompute_layers: true")
    context = StepContext.for_training(seed=1, global_step=tf.constant(3, tf.int64))
    x = tf.random.stateless_normal([_ROWS, _TIME, _DIM], [1, 2])
    layout = packed_layout()
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(stack(x, layout, context)) + context.auxiliary_loss()
    tape.gradient(loss, stack.trainable_variables)
    # Layers 0 and 2 have experts, each with two losses, three metrics and a balancing bias.
    assert [each.factor for each in context.auxiliary_losses] == pytest.approx([0.5, 0.1] * 2)
    assert len(context.metrics) == 6
    assert len(context.updates) == 2


def test_evaluation_computes_nothing_again():
    stack = make_stack(f"{_CASES['dropout']} recompute_layers: true")
    plain = make_stack(_CASES["dropout"])
    x = tf.random.stateless_normal([_ROWS, _TIME, _DIM], [1, 2])
    context = StepContext.for_evaluation(seed=1)
    np.testing.assert_array_equal(
        stack(x, packed_layout(), context), plain(x, packed_layout(), context)
    )
