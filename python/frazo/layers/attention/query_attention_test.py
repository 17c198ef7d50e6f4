import math

import numpy as np
import pytest
import tensorflow as tf

# Imported for their side effect: each binds itself to its message.
from frazo.layers.attention import (  # noqa: F401
    additive_attention,
    location_sensitive_attention,
    multi_head_additive_attention,
)
from frazo.layers.packed_kernels import PackedKernels
from frazo.layers.place import Place
from frazo.layers.sequence_layer import Memory
from frazo.layers.sequence_layout import SequenceLayout
from frazo.layers.step_context import StepContext
from frazo.proto import query_attention_pb2
from frazo.registry import build
from google.protobuf import text_format

_EVALUATION = StepContext.for_evaluation(seed=0)
_TRAINING = StepContext.for_training(seed=1, global_step=tf.constant(3, tf.int64))

_ADDITIVE = "additive { hidden_units: 5 }"
_LOCATION = "location_sensitive { hidden_units: 5 filters: 2 filter_width: 3 }"
_HEADS = "multi_head_additive { num_heads: 2 head_dim: 3 }"
_KINDS = pytest.mark.parametrize("text", [_ADDITIVE, _LOCATION, _HEADS], ids=str.split)

_VALUES = tf.random.stateless_normal([2, 4, 7], [1, 2])
_QUERY = tf.random.stateless_normal([2, 6], [3, 4])


def make(text, *, dim=6, memory_shape=(None, None, 7)):
    message = text_format.Parse(text, query_attention_pb2.QueryAttention())
    place = Place(path="attention", input_shape=(None, None, dim), seed=1)
    return build(message, place=place, memory_shape=memory_shape)


def memory(values=_VALUES, lengths=(4, 2)):
    return Memory(values, SequenceLayout.of_lengths(tf.constant(lengths), values.shape[1]))


_MEMORY = memory()


def run(layer, *queries, memory=_MEMORY, context=_EVALUATION, rows=2):
    """Returns the probabilities and the contexts of the last query."""
    cache = layer.memory_cache(memory, context)
    state = layer.init_state(rows, cache)
    for query in queries:
        state, y = layer.step(state, tf.convert_to_tensor(query), cache, context)
    return state["probabilities"], y


def test_additive_attention_by_hand():
    layer = make("additive { hidden_units: 2 }", dim=1, memory_shape=(None, None, 2))
    layer.query.kernel.assign([[1, 0]])
    layer.memory.kernel.assign([[1, 0], [0, 2]])
    layer.memory.bias.assign([0, 0.5])
    layer.energy.assign([1, -1])
    values = tf.constant([[[1.0, 0.0], [0.0, 1.0], [9.0, 9.0]]])
    probabilities, y = run(layer, [[0.5]], memory=memory(values, [2]), rows=1)
    # The energies are tanh(1.5) - tanh(.5) = .905148 - .462117 = .443031 and tanh(.5) - tanh(2.5) =
    # .462117 - .986614 = -.524497, so the first probability is 1 / (1 + e^-.967528) = .724620. The
    # third position is padding.
    np.testing.assert_allclose(probabilities, [[0.724620, 0.275380, 0]], atol=1e-5)
    np.testing.assert_allclose(y, [[0.724620, 0.275380]], atol=1e-5)


def test_location_sensitive_attention_by_hand():
    layer = make(
        "location_sensitive { hidden_units: 1 filters: 1 filter_width: 3 }",
        dim=1,
        memory_shape=(None, None, 1),
    )
    layer.query.kernel.assign([[0]])
    layer.memory.kernel.assign([[0]])
    layer.memory.bias.assign([0.5])
    layer.energy.assign([2])
    layer.filters.assign([[[1]], [[2]], [[3]]])
    layer.location.kernel.assign([[0.25]])
    values = tf.constant([[[1.0], [2.0], [4.0]]])
    # The initial probability is all at the first position. The middle of the filter lies at the
    # position that it computes, so f = (2, 1, 0). The energies are 2 tanh(1), 2 tanh(.75) and
    # 2 tanh(.5): 1.523188, 1.270298, .924234. The exponentials are 4.586824, 3.561913 and
    # 2.519935, and their sum is 10.668672.
    first = [0.429934, 0.333867, 0.236199]
    probabilities, y = run(layer, [[7.0]], memory=memory(values, [3]), rows=1)
    np.testing.assert_allclose(probabilities, [first], atol=1e-5)
    np.testing.assert_allclose(y, [[0.429934 + 2 * 0.333867 + 4 * 0.236199]], atol=1e-5)
    # f = (2 * .429934 + 3 * .333867, .429934 + 2 * .333867 + 3 * .236199, .333867 + 2 * .236199) =
    # (1.861469, 1.806265, .806265), so 2 tanh(.5 + f / 4) = 1.493733, 1.481381, 1.210980.
    powers = [math.exp(2 * math.tanh(0.5 + f / 4)) for f in (1.861469, 1.806265, 0.806265)]
    probabilities, _ = run(layer, [[7.0]], [[7.0]], memory=memory(values, [3]), rows=1)
    np.testing.assert_allclose(probabilities, [np.divide(powers, sum(powers))], atol=1e-5)


def test_multi_head_additive_attention_by_hand():
    layer = make(
        "multi_head_additive { num_heads: 2 head_dim: 1 }", dim=1, memory_shape=(None, None, 1)
    )
    layer.memory.kernel.assign([[1, -1]])
    layer.memory.bias.assign([0, 0.5])
    layer.query.kernel.assign([[1, 2]])
    layer.query.bias.assign([0, 1])
    layer.key_mix.assign([[0.5]])
    layer.query_mix.assign([[0.25]])
    layer.energy.assign([3])
    # The heads have the keys (1, 2) and (-.5, -1.5) and the queries 1 and 3. The energies of head 0
    # are 3 tanh(.5 + .25) = 1.905447 and 3 tanh(1.25) = 2.544850, those of head 1 are 3 tanh(-.25 +
    # .75) = 1.386351 and 3 tanh(0) = 0. So the probabilities of the first position are
    # 1 / (1 + e^.639403) = .345382 and 1 / (1 + e^-1.386351) = .800011.
    probabilities, y = run(
        layer, [[1.0]], memory=memory(tf.constant([[[1.0], [2.0]]]), [2]), rows=1
    )
    np.testing.assert_allclose(probabilities, [[0.572697, 0.427303]], atol=1e-5)
    # The contexts are .345382 * 1 + .654618 * 2 and .800011 * -.5 + .199989 * -1.5.
    np.testing.assert_allclose(y, [[1.654618, -0.699989]], atol=1e-5)


@pytest.mark.parametrize(
    ("text", "units", "parameters"),
    [
        (_ADDITIVE, 7, 6 * 5 + 7 * 5 + 5 + 5),
        (_LOCATION, 7, 6 * 5 + 7 * 5 + 5 + 5 + 2 * 5 + 3 * 2),
        (_HEADS, 6, 6 * 6 + 6 + 7 * 6 + 6 + 2 * 3 * 3 + 3),
    ],
)
def test_sizes(text, units, parameters):
    layer = make(text)
    assert layer.output_shape == (None, None, units)
    assert sum(variable.shape.num_elements() for variable in layer.variables) == parameters
    assert all(variable.name.startswith("attention/") for variable in layer.variables)


@_KINDS
def test_padding_is_never_seen(text):
    layer = make(text)
    probabilities, y = run(layer, _QUERY, _QUERY)
    np.testing.assert_allclose(tf.reduce_sum(probabilities, 1), [1, 1], atol=1e-6)
    assert np.all(probabilities[1, 2:] == 0)
    assert np.all(probabilities[1, :2] > 0)
    longer = tf.concat([_VALUES, 50 * tf.ones([2, 3, 7])], 1)
    padded, same = run(layer, _QUERY, _QUERY, memory=memory(longer))
    np.testing.assert_allclose(padded[:, :4], probabilities, atol=1e-6)
    np.testing.assert_allclose(same, y, atol=1e-5)


@_KINDS
def test_beams_share_the_memory_of_their_sentence(text):
    layer = make(text)
    queries = tf.random.stateless_normal([2, 6, 6], [5, 6])
    together = run(layer, *queries, rows=6)
    for beam in range(3):
        alone = run(layer, *queries[:, beam::3])
        for part, expected in zip(together, alone, strict=True):
            np.testing.assert_allclose(part[beam::3], expected, atol=1e-5)


@_KINDS
@pytest.mark.parametrize(
    "sentences", [[0, 1, 1], [1, 1], []], ids=["both", "one is done", "all are done"]
)
def test_sentences_may_have_different_numbers_of_rows(text, sentences):
    layer = make(text)
    expected = run(layer, *(tf.repeat(query, 3, 0) for query in (_QUERY, 2 * _QUERY)), rows=6)
    context = StepContext.for_decoding(tf.constant(sentences, tf.int32), PackedKernels())
    cache = layer.memory_cache(_MEMORY, _EVALUATION)
    state = tf.nest.map_structure(lambda x: x[: len(sentences)], layer.init_state(6, cache))
    for query in (_QUERY, 2 * _QUERY):
        rows = tf.gather(query, tf.constant(sentences, tf.int32))
        state, y = layer.step(state, rows, cache, context)
    for part, whole in zip((state["probabilities"], y), expected, strict=True):
        np.testing.assert_allclose(
            part, tf.gather(whole, tf.constant(sentences, tf.int32) * 3), atol=1e-5
        )


@_KINDS
def test_a_source_without_tokens_gives_finite_numbers(text):
    for part in run(make(text), _QUERY, _QUERY, memory=memory(lengths=(0, 0))):
        assert np.all(np.isfinite(part))


@_KINDS
def test_an_empty_batch_is_an_empty_result(text):
    layer = make(text)
    empty = memory(tf.zeros([0, 4, 7]), [])
    cache = layer.memory_cache(empty, _EVALUATION)
    state, y = layer.step(layer.init_state(0, cache), tf.zeros([0, 6]), cache, _EVALUATION)
    assert y.shape == [0, layer.output_shape[-1]]
    assert state["probabilities"].shape == [0, 4]


@_KINDS
def test_dropout_is_of_the_step_and_not_in_the_state(text):
    quiet = make(text)
    layer = make(text[:-1] + " probability_dropout: 0.5 }")
    probabilities, y = run(quiet, _QUERY)
    dropped_probabilities, dropped = run(layer, _QUERY, context=_TRAINING)
    np.testing.assert_allclose(dropped_probabilities, probabilities, atol=1e-6)
    assert not np.allclose(dropped, y)
    np.testing.assert_array_equal(dropped, run(layer, _QUERY, context=_TRAINING)[1])
    np.testing.assert_allclose(run(layer, _QUERY)[1], y, atol=1e-6)


@_KINDS
def test_a_packed_memory_is_an_error(text):
    ids = tf.constant([[1, 1, 2, 2]])
    packed = Memory(_VALUES[:1], SequenceLayout.of_segments(ids, tf.constant([[0, 1, 0, 1]])))
    with pytest.raises(ValueError, match="attention: the encoder's output is of packed sequences"):
        make(text).memory_cache(packed, _EVALUATION)


@pytest.mark.parametrize("shape", [(None, 7), (None, None, None)])
def test_a_memory_of_another_shape_is_an_error(shape):
    with pytest.raises(
        ValueError, match=r"attention: the memory has shape \[.*\]; expected \[batch"
    ):
        make(_ADDITIVE, memory_shape=shape)


@_KINDS
def test_a_query_of_another_size_is_an_error(text):
    error = r"^attention: a query has shape \[2, 5\]; expected \[rows, 6\]"
    with pytest.raises(ValueError, match=error):
        run(make(text), tf.zeros([2, 5]))
