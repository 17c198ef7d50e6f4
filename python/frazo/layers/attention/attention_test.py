"""Tests of the properties of self and cross attention with every setting."""

import resource
from typing import NamedTuple

import numpy as np
import pytest
import tensorflow as tf
from frazo import ops
from frazo.layers.attention.cross_attention import CrossAttention
from frazo.layers.attention.multi_head_attention import MultiHeadAttention
from frazo.layers.packed_kernels import PackedKernels
from frazo.layers.place import Place
from frazo.layers.sequence_layer import Memory, loop_shapes
from frazo.layers.sequence_layout import SequenceLayout
from frazo.layers.step_context import StepContext
from frazo.proto import attention_pb2
from google.protobuf import text_format

_EVALUATION = StepContext.for_evaluation(seed=0)
_DIM = 8
_TIME, _SOURCE_TIME = 7, 5
_TARGET = SequenceLayout.of_lengths(tf.constant([7, 4, 1]), _TIME)
_SOURCE = SequenceLayout.of_lengths(tf.constant([3, 5, 1]), _SOURCE_TIME)
_PACKED = SequenceLayout.of_segments(
    tf.constant([[1, 1, 1, 2, 2, 3, 0], [1, 1, 1, 1, 2, 2, 2], [1] * 7]),
    tf.constant([[0, 1, 2, 0, 1, 0, 0], [0, 1, 2, 3, 0, 1, 2], list(range(7))]),
)


class Case(NamedTuple):
    name: str
    text: str
    is_cross: bool = False


_CASES = [
    Case("plain", "num_heads: 2"),
    Case("causal", "num_heads: 2 causal: true per_dim_scale: true"),
    Case("window", "num_heads: 2 causal: true tokens_before: 2"),
    Case("rotary", "num_heads: 2 causal: true rotary {} bias: false"),
    Case(
        "relative",
        "num_heads: 4 causal: true relative_bias { num_buckets: 4 max_distance: 4 }",
    ),
    Case(
        "everything",
        "num_heads: 4 num_key_value_heads: 2 head_dim: 6 causal: true tokens_before: 3 "
        "rotary {} relative_bias { num_buckets: 4 max_distance: 4 } per_dim_scale: true",
    ),
    Case("both_sides", "num_heads: 2 tokens_before: 1 tokens_after: 3 relative_bias {}"),
    Case("capped", "num_heads: 2 causal: true logit_cap: 0.5"),
    Case(
        "capped_with_extra",
        "num_heads: 4 num_key_value_heads: 2 causal: true tokens_before: 3 logit_cap: 2 "
        "extra_logit: 0.5 relative_bias { num_buckets: 4 max_distance: 4 }",
    ),
    Case("cross", "num_heads: 2 per_dim_scale: true", is_cross=True),
    Case("cross_grouped", "num_heads: 4 num_key_value_heads: 2 bias: false", is_cross=True),
]
# Attention by blocks does not have their softmax.
_OWN_SOFTMAX = ("capped", "capped_with_extra")
each_case = pytest.mark.parametrize("case", _CASES, ids=[case.name for case in _CASES])


def make(case, extra=""):
    message = text_format.Parse(f"{case.text} {extra}", attention_pb2.MultiHeadAttention())
    place = Place(path="attention", input_shape=(None, None, _DIM), seed=1)
    if case.is_cross:
        layer = CrossAttention(message, place, memory_shape=(None, None, 6))
    else:
        layer = MultiHeadAttention(message, place)
    for index, variable in enumerate(layer.variables):
        if not variable.name.endswith("/kernel:0"):
            variable.assign(0.3 * tf.random.stateless_normal(variable.shape, [9, index]))
    return layer


def inputs(seed=3):
    x = tf.random.stateless_normal([3, _TIME, _DIM], [seed, 1])
    values = tf.random.stateless_normal([3, _SOURCE_TIME, 6], [seed, 2])
    return x, Memory(values, _SOURCE)


def tokens(x, layout=_TARGET):
    return x.numpy()[layout.mask.numpy()]


@each_case
def test_padding_does_not_reach_tokens(case):
    layer = make(case)
    x, memory = inputs()
    other_x, other_memory = inputs(seed=4)
    y = layer(x, _TARGET, _EVALUATION, memory)
    x = tf.where(_TARGET.mask[..., tf.newaxis], x, other_x)
    values = tf.where(_SOURCE.mask[..., tf.newaxis], memory.values, other_memory.values)
    again = layer(x, _TARGET, _EVALUATION, Memory(values, _SOURCE))
    np.testing.assert_allclose(tokens(again), tokens(y), atol=1e-6)
    assert np.isfinite(y).all()


@each_case
def test_probabilities_of_tokens_are_over_tokens_and_sum_to_one(case):
    x, memory = inputs()
    keys = _SOURCE if case.is_cross else _TARGET
    _, probabilities = make(case).attend(x, _TARGET, _EVALUATION, memory)
    visible = tokens(probabilities)
    if "extra" in case.name:
        assert (visible.sum(-1) < 1).all()
    else:
        np.testing.assert_allclose(visible.sum(-1), 1, atol=1e-5)
    key_mask = np.repeat(keys.mask.numpy()[:, np.newaxis], _TIME, 1)[_TARGET.mask.numpy()]
    assert (visible[~key_mask] == 0).all()


@pytest.mark.parametrize("case", [c for c in _CASES if not c.is_cross], ids=lambda c: c.name)
def test_packed_segments_have_the_outputs_that_they_have_alone(case):
    layer = make(case)
    x, _ = inputs()
    y = layer(x, _PACKED, _EVALUATION)
    for row, start, end in [(0, 0, 3), (0, 3, 5), (0, 5, 6), (1, 0, 4), (1, 4, 7)]:
        alone = SequenceLayout(mask=tf.ones([1, end - start], tf.bool))
        expected = layer(x[row : row + 1, start:end], alone, _EVALUATION)
        np.testing.assert_allclose(y[row, start:end], expected[0], atol=1e-5)


@pytest.mark.parametrize("layout", [_TARGET, _PACKED], ids=["padded", "packed"])
@pytest.mark.parametrize("case", [c for c in _CASES if not c.is_cross], ids=lambda c: c.name)
def test_call_and_attend_have_the_same_numbers_and_gradients(case, layout):
    layer = make(case)
    x, _ = inputs()
    weights = tf.where(layout.mask[..., tf.newaxis], tf.random.stateless_normal(x.shape, [8, 8]), 0)
    results = []
    for call in (layer, lambda *arguments: layer.attend(*arguments)[0]):
        with tf.GradientTape() as tape, ops.implementation(ops.Implementation.KERNEL):
            tape.watch(x)
            y = call(x, layout, _EVALUATION)
            loss = tf.reduce_sum(weights * y)
        gradients = tape.gradient(loss, [x, *layer.trainable_variables])
        results.append([tokens(y, layout), *gradients])
    for called, attended in zip(*results, strict=True):
        np.testing.assert_allclose(called, attended, atol=2e-5)


def test_cross_attention_of_packed_segments_sees_the_source_of_its_own():
    layer = make(Case("cross", "num_heads: 2", is_cross=True))
    x, memory = inputs()
    segments = tf.constant([[1, 1, 2, 2, 2], [1, 2, 2, 2, 0], [1, 1, 1, 0, 0]])
    source = SequenceLayout.of_segments(segments, tf.zeros_like(segments))
    y = layer(x, _PACKED, _EVALUATION, Memory(memory.values, source))
    alone = Memory(memory.values[:1, 2:], SequenceLayout(mask=tf.ones([1, 3], tf.bool)))
    layout = SequenceLayout(mask=tf.ones([1, 2], tf.bool))
    expected = layer(x[:1, 3:5], layout, _EVALUATION, alone)
    np.testing.assert_allclose(y[0, 3:5], expected[0], atol=1e-5)
    with pytest.raises(ValueError, match="give both layouts segment_ids, or neither"):
        layer(x, _PACKED, _EVALUATION, memory)


def decode(layer, x, memory):
    """Returns the outputs for [batch, beam, time, dim], step by step in a loop of a graph."""
    batch, beam, time, dim = x.shape
    rows = tf.reshape(x, [batch * beam, time, dim])

    @tf.function(autograph=False)
    def run():
        cache = layer.memory_cache(memory, _EVALUATION)
        state = layer.init_state(batch * beam, cache)
        outputs = tf.TensorArray(tf.float32, time)

        def body(t, state, outputs):
            state, y = layer.step(state, rows[:, t], cache, _EVALUATION)
            return t + 1, state, outputs.write(t, y)

        _, _, outputs = tf.while_loop(
            lambda t, *_: t < time,
            body,
            [0, state, outputs],
            shape_invariants=[tf.TensorShape([]), loop_shapes(state), tf.TensorShape(None)],
        )
        return tf.transpose(outputs.stack(), [1, 0, 2])

    return tf.reshape(run(), x.shape)


@pytest.mark.parametrize(
    "case",
    [c for c in _CASES if c.is_cross or "causal" in c.text],
    ids=lambda c: c.name,
)
def test_steps_equal_the_full_call(case):
    layer = make(case)
    x = tf.random.stateless_normal([3, 2, _TIME, _DIM], [5, 6])
    _, memory = inputs()
    stepped = decode(layer, x, memory)
    everything = SequenceLayout(mask=tf.ones([3, _TIME], tf.bool))
    for beam in range(2):
        full = layer(x[:, beam], everything, _EVALUATION, memory)
        np.testing.assert_allclose(stepped[:, beam], full, atol=1e-5)


def test_state_of_cross_attention_has_the_probabilities_of_each_row():
    layer = make(Case("cross", "num_heads: 4 num_key_value_heads: 2", is_cross=True))
    x = tf.random.stateless_normal([3, 2, _DIM], [5, 6])
    _, memory = inputs()
    cache = layer.memory_cache(memory, _EVALUATION)
    rows = tf.reshape(x, [6, _DIM])
    state, _ = layer.step(layer.init_state(6, cache), rows, cache, _EVALUATION)
    layout = SequenceLayout(mask=tf.ones([3, 2], tf.bool))
    _, probabilities = layer.attend(x, layout, _EVALUATION, memory)
    np.testing.assert_allclose(
        state["probabilities"], tf.reshape(probabilities, [6, _SOURCE_TIME]), atol=1e-6
    )


def test_rows_of_cross_attention_may_belong_to_any_sentence():
    layer = make(Case("cross", "num_heads: 2", is_cross=True))
    x = tf.random.stateless_normal([4, _DIM], [5, 6])
    _, memory = inputs()
    cache = layer.memory_cache(memory, _EVALUATION)
    sentences = [0, 2, 2, 2]
    context = StepContext.for_decoding(tf.constant(sentences), PackedKernels())
    state, y = layer.step(layer.init_state(4, cache), x, cache, context)
    layout = SequenceLayout(mask=tf.ones([3, 4], tf.bool))
    full, probabilities = layer.attend(tf.stack([x] * 3), layout, _EVALUATION, memory)
    for row, sentence in enumerate(sentences):
        np.testing.assert_allclose(y[row], full[sentence, row], atol=1e-5)
        np.testing.assert_allclose(
            state["probabilities"][row], probabilities[sentence, row], atol=1e-6
        )


def test_state_can_be_gathered_by_row():
    layer = make(_CASES[1])
    x = tf.random.stateless_normal([2, 3, _DIM], [5, 6])
    state, _ = layer.step(layer.init_state(2, {}), x[:, 0], {}, _EVALUATION)
    state = tf.nest.map_structure(lambda tensor: tf.gather(tensor, [1, 1, 0]), state)
    _, y = layer.step(state, tf.gather(x[:, 1], [0, 1, 1]), {}, _EVALUATION)
    # Row 0 continues the past of row 1 with the token of row 0.
    spliced = tf.stack([x[1, 0], x[0, 1]])[tf.newaxis]
    layout = SequenceLayout(mask=tf.ones([1, 2], tf.bool))
    np.testing.assert_allclose(y[0], layer(spliced, layout, _EVALUATION)[0, 1], atol=1e-5)


def value_and_gradients(layer, x, layout, memory):
    points = [x, *([memory.values] if memory else []), *layer.trainable_variables]

    @tf.function(autograph=False)
    def run():
        with tf.GradientTape() as tape:
            tape.watch(points)
            y = layer(x, layout, _EVALUATION, memory)
            weights = tf.random.stateless_normal(y.shape, [8, 9])
            loss = tf.reduce_sum(y * weights * tf.cast(layout.mask, tf.float32)[..., tf.newaxis])
        return y, tape.gradient(loss, points)

    return run()


@pytest.mark.parametrize(
    ("case", "layout", "block_length"),
    [
        *[(case, _TARGET, 3) for case in _CASES if case.name not in _OWN_SOFTMAX],
        # 7 positions leave one over for blocks of 2, fill a block of 7 and a part of one of 16.
        *[(_CASES[5], _PACKED, block_length) for block_length in (2, 7, 16)],
        (_CASES[6], _PACKED, 2),
    ],
    ids=lambda value: value.name if isinstance(value, Case) else None,
)
def test_attention_by_blocks_equals_that_at_once_and_so_does_its_gradient(
    case, layout, block_length
):
    x, memory = inputs()
    memory = memory if case.is_cross else None
    y, gradients = value_and_gradients(make(case), x, layout, memory)
    by_blocks = make(case, f"block_length: {block_length}")
    block_y, block_gradients = value_and_gradients(by_blocks, x, layout, memory)
    np.testing.assert_allclose(tokens(block_y, layout), tokens(y, layout), atol=1e-5)
    for gradient, block_gradient in zip(gradients, block_gradients, strict=True):
        np.testing.assert_allclose(block_gradient, gradient, atol=1e-4)


def test_memory_of_attention_by_blocks_grows_with_the_length_only():
    layer = make(
        Case("window", "num_heads: 1 tokens_before: 8 tokens_after: 8"), "block_length: 64"
    )
    time = 20_000
    x = tf.random.stateless_normal([1, time, _DIM], [1, 2])
    layout = SequenceLayout(mask=tf.ones([1, time], tf.bool))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    y = tf.function(layer, autograph=False)(x, layout, _EVALUATION)
    grown_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    # The logits of all pairs would take 1.5 GiB.
    assert grown_kib < 200 * 1024
    part = make(Case("window", "num_heads: 1 tokens_before: 8 tokens_after: 8"))
    layout = SequenceLayout(mask=tf.ones([1, 50], tf.bool))
    expected = part(x[:, 10_000:10_050], layout, _EVALUATION)
    np.testing.assert_allclose(y[:, 10_010:10_040], expected[:, 10:40], atol=1e-5)


@each_case
def test_gradients_agree_with_differences(case):
    """Compares the slope along a random direction of inputs and variables, to 1%."""
    layer = make(case)
    x, memory = inputs()
    memory = memory if case.is_cross else None
    y, gradients = value_and_gradients(layer, x, _TARGET, memory)
    weights = tf.random.stateless_normal(y.shape, [8, 9])
    weights *= tf.cast(_TARGET.mask, tf.float32)[..., tf.newaxis]
    points = [x, *([memory.values] if memory else []), *layer.trainable_variables]
    directions = [tf.random.stateless_normal(p.shape, [5, i]) for i, p in enumerate(points)]
    slope = sum(float(tf.reduce_sum(g * d)) for g, d in zip(gradients, directions, strict=True))

    def value(reach):
        moved = [p + reach * d for p, d in zip(points, directions, strict=True)]
        moved_memory = Memory(moved.pop(1), _SOURCE) if memory else None
        for variable, new in zip(layer.trainable_variables, moved[1:], strict=True):
            variable.assign(new)
        return float(tf.reduce_sum(layer(moved[0], _TARGET, _EVALUATION, moved_memory) * weights))

    points = [tf.identity(point) for point in points]
    assert (value(1e-3) - value(-1e-3)) / 2e-3 == pytest.approx(slope, rel=0.01, abs=0.02)


@pytest.mark.parametrize(
    "field", ["causal: true", "rotary {}", "tokens_before: 2", "logit_cap: 1", "extra_logit: 0"]
)
def test_cross_attention_refuses_what_is_for_self_attention(field):
    with pytest.raises(ValueError, match="is for attention of a sequence to itself"):
        make(Case("cross", f"num_heads: 2 {field}", is_cross=True))


@pytest.mark.parametrize("field", ["logit_cap: 1", "extra_logit: 0"])
def test_attention_by_blocks_has_a_plain_softmax(field):
    with pytest.raises(ValueError, match="has neither logit_cap nor extra_logit"):
        make(Case("blocks", f"num_heads: 2 block_length: 2 {field}"))


def test_decoding_from_a_packed_memory_is_an_error():
    memory = Memory(inputs()[0], _PACKED)
    with pytest.raises(ValueError, match=r"attention: .* packed sequences.* Encode without"):
        make(Case("cross", "num_heads: 2", is_cross=True)).memory_cache(memory, _EVALUATION)


def test_probability_dropout_keeps_the_mean_and_the_reported_probabilities():
    layer = make(Case("dropout", "num_heads: 2 probability_dropout: 0.5"))
    x, _ = inputs()
    context = StepContext.for_training(seed=1, global_step=tf.constant(3, tf.int64))
    y, probabilities = layer.attend(x, _TARGET, context)
    plain_y, plain_probabilities = layer.attend(x, _TARGET, _EVALUATION)
    np.testing.assert_allclose(probabilities, plain_probabilities, atol=1e-6)
    assert np.abs(y - plain_y).max() > 0.01
