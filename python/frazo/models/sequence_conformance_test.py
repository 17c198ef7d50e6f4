"""The properties that every sequence layer and every model must have, tested on a list of them."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pytest
import tensorflow as tf
from frazo.layers.gradient_check import assert_gradients_agree
from frazo.layers.packed_kernels import PackedKernels
from frazo.layers.sequence_layer import AttendingLayer, loop_shapes
from frazo.layers.sequence_layout import SequenceLayout

# Imported for their side effect: each binds itself to its message.
from frazo.layers.speech import conformer_stack  # noqa: F401
from frazo.layers.step_context import StepContext
from frazo.models import language_model, rnmt_plus, transformer  # noqa: F401
from frazo.models.sequence_subjects import (
    DIM,
    SOURCE_TIME,
    VOCABULARY,
    Source,
    Subject,
    attention_lstm,
    cross_attention,
    layer,
    model,
    self_attention,
)
from frazo.proto import (
    conformer_pb2,
    language_model_pb2,
    lstm_pb2,
    query_attention_pb2,
    rnmt_plus_pb2,
    transformer_layer_pb2,
    transformer_pb2,
)

_EVALUATION = StepContext.for_evaluation(seed=0)
_TRAINING = StepContext.for_training(seed=1, global_step=tf.constant(3, tf.int64))
_BATCH, _TIME = 2, 6
_LAYOUT = SequenceLayout.of_lengths(tf.constant([6, 4]), _TIME)
_WHOLE = SequenceLayout.of_lengths(tf.constant([6, 6]), _TIME)
_SOURCE = SequenceLayout.of_lengths(tf.constant([3, 5]), SOURCE_TIME)


class Case(NamedTuple):
    """A layer or model to test.

    Attributes:
      name: The name of the case.
      make: Makes the subject from a seed.
      no_steps: The beginning of the error's text if the subject cannot go token by token.
      no_packing: The beginning of the error's text if the subject does not take packed sequences.
    """

    name: str
    make: Callable[[int], Subject]
    no_steps: str | None = None
    no_packing: str | None = None


_SEES_LATER = "needs attention that does not see later tokens"
_ONE_SOURCE_A_ROW = "the targets are packed"
_MIXES = "a convolution over time would mix the packed sequences"
_HEADS = "num_heads: 2"
_FEED_FORWARD = "feed_forward { hidden_units: 5 activation: TANH }"
_CAUSAL = f"self_attention {{ {_HEADS} causal: true }} {_FEED_FORWARD}"
_CROSS = f"{_CAUSAL} cross_attention {{ {_HEADS} }}"
_RNMT_LSTM = "layer_norm: true layer_norm_epsilon: 1e-4 output_tanh: false cell_clip: 10"
_ADDITIVE_HEADS = "multi_head_additive { num_heads: 2 head_dim: 3 }"
_LOCATION = "location_sensitive { hidden_units: 5 filters: 2 filter_width: 3 }"
_TABLE = f"{{ vocab_size: {VOCABULARY} dim: {DIM} }}"
_STACKS = f"""
    encoder {{ num_layers: 1 layer {{ self_attention {{ {_HEADS} }} {_FEED_FORWARD} }} }}
    decoder {{ num_layers: 2 positions {{ sinusoidal {{}} }} layer {{ {_CROSS} }} }}
"""
_RNMT_DECODER = f"""
    num_layers: 3 residual_from: 2 layer {{ units: 4 {_RNMT_LSTM} }}
    attention {{ {_ADDITIVE_HEADS} }}
"""
_ONE_HEAD_DECODER = """
    num_layers: 2 layer { units: 4 projection: 3 } attention { additive { hidden_units: 5 } }
"""
_RNMT_ENCODER = f"""
    layers {{ num_layers: 2 bidirectional: true layer {{ units: 4 {_RNMT_LSTM} }} }}
    projection {{ units: 6 }}
"""
_CASES = [
    Case("causal_attention", self_attention(f"{_HEADS} causal: true tokens_before: 2 rotary {{}}")),
    Case("wide_attention", self_attention(f"{_HEADS} relative_bias {{}}"), _SEES_LATER),
    Case("block_attention", self_attention(f"{_HEADS} causal: true block_length: 2")),
    Case("cross_attention", cross_attention(f"{_HEADS} per_dim_scale: true")),
    Case("transformer_layer", layer(transformer_layer_pb2.TransformerLayer, _CROSS, attends=True)),
    Case(
        "transformer_stack",
        layer(
            transformer_layer_pb2.TransformerStack,
            "num_layers: 2 positions { learned { max_length: 9 } } input_dropout: 0.1 "
            f"final_norm: true layer {{ {_CAUSAL} norm {{ rms_norm {{}} }} residual_dropout: 0.1 }}",
        ),
    ),
    Case(
        "mixture_of_experts",
        layer(
            transformer_layer_pb2.TransformerStack,
            f"num_layers: 3 layer {{ self_attention {{ {_HEADS} causal: true }} "
            "mixture_of_experts { num_experts: 3 hidden_units: 5 activation: TANH group_size: 5 "
            "capacity_factor: 3 shared_experts: 1 router_init { gaussian { stddev: 3 } } } } "
            f"alternating_with {{ {_CAUSAL} }}",
        ),
    ),
    Case(
        "transformer_decoder",
        layer(
            transformer_layer_pb2.TransformerStack,
            f"num_layers: 2 positions {{ sinusoidal {{}} }} layer {{ {_CROSS} norm_place: AFTER }}",
            attends=True,
        ),
    ),
    Case(
        "lstm",
        layer(
            lstm_pb2.Lstm,
            f"units: 5 projection: 3 cell_zoneout: 0.2 output_zoneout: 0.1 {_RNMT_LSTM}",
        ),
    ),
    Case("lstm_reverse", layer(lstm_pb2.Lstm, "units: 3 reverse: true"), "an LSTM that reads from"),
    Case(
        "lstm_stack", layer(lstm_pb2.LstmStack, "num_layers: 2 layer { units: 4 } residual_from: 0")
    ),
    Case(
        "lstm_stack_both_ways",
        layer(lstm_pb2.LstmStack, "num_layers: 2 layer { units: 4 } bidirectional: true"),
        "bidirectional layers read from",
    ),
    Case(
        "projected_lstm_stack",
        layer(lstm_pb2.ProjectedLstmStack, "num_layers: 2 layer { units: 3 } batch_norm {}"),
    ),
    Case("bidirectional_lstm", layer(lstm_pb2.BidirectionalLstm, "lstm { units: 3 }")),
    Case(
        "convolution_module",
        layer(conformer_pb2.ConvolutionModule, "frames_before: 1 frames_after: 2"),
        no_packing=_MIXES,
    ),
    Case(
        "conformer_stack",
        layer(
            conformer_pb2.ConformerStack,
            "num_layers: 2 input_dropout: 0.1 layer { residual_dropout: 0.1 "
            f"self_attention {{ {_HEADS} rotary {{}} }} {_FEED_FORWARD} "
            "convolution { frames_after: 2 } }",
        ),
        no_packing=_MIXES,
    ),
    Case(
        "additive",
        layer(query_attention_pb2.QueryAttention, "additive { hidden_units: 5 }", attends=True),
        no_packing=_ONE_SOURCE_A_ROW,
    ),
    Case(
        "location_sensitive",
        layer(query_attention_pb2.QueryAttention, _LOCATION, attends=True),
        no_packing=_ONE_SOURCE_A_ROW,
    ),
    Case(
        "multi_head_additive",
        layer(query_attention_pb2.QueryAttention, _ADDITIVE_HEADS, attends=True),
        no_packing=_ONE_SOURCE_A_ROW,
    ),
    Case(
        "attention_lstm",
        attention_lstm("units: 3 cell_zoneout: 0.2", _LOCATION),
        no_packing=_ONE_SOURCE_A_ROW,
    ),
    Case(
        "rnmt_plus_decoder",
        layer(rnmt_plus_pb2.RnmtPlusDecoder, _RNMT_DECODER, attends=True),
        no_packing=_ONE_SOURCE_A_ROW,
    ),
    Case(
        "rnmt_plus_decoder_of_one_head",
        layer(rnmt_plus_pb2.RnmtPlusDecoder, _ONE_HEAD_DECODER, attends=True),
        no_packing=_ONE_SOURCE_A_ROW,
    ),
    Case("rnmt_plus_encoder", layer(rnmt_plus_pb2.RnmtPlusEncoder, _RNMT_ENCODER)),
    Case("transformer", model(transformer_pb2.Transformer, f"source_embedding {_TABLE} {_STACKS}")),
    Case(
        "transformer_of_frames",
        model(
            transformer_pb2.Transformer,
            f"source_features: {DIM} target_embedding {_TABLE} {_STACKS} "
            f"softmax {{ num_classes: {VOCABULARY} }}",
        ),
    ),
    Case(
        "rnmt_plus",
        model(
            rnmt_plus_pb2.RnmtPlus,
            f"source_embedding {_TABLE} encoder {{ {_RNMT_ENCODER} }} decoder {{ {_RNMT_DECODER} }} "
            f"sampled_softmax {{ num_classes: {VOCABULARY} num_sampled: 2 }}",
        ),
        no_packing=_ONE_SOURCE_A_ROW,
    ),
    Case(
        "transformer_language_model",
        model(
            language_model_pb2.LanguageModel,
            f"embedding {_TABLE} body {{ transformer_stack {{ num_layers: 2 layer {{ {_CAUSAL} }} }} }}",
        ),
    ),
    Case(
        "lstm_language_model",
        model(
            language_model_pb2.LanguageModel,
            f"embedding {_TABLE} body {{ lstm_stack {{ num_layers: 2 layer {{ units: 5 }} }} }} "
            f"softmax {{ num_classes: {VOCABULARY} }}",
        ),
    ),
]
_NAMES = [case.name for case in _CASES]
each_case = pytest.mark.parametrize("case", _CASES, ids=_NAMES)
_DECODERS = [case for case in _CASES if case.no_steps is None and case.make(1).is_decoder]
_OTHERS = [case for case in _CASES if case.no_steps is not None]


def real(y, layout):
    """Returns the values at tokens."""
    return y.numpy()[layout.mask.numpy()]


@each_case
def test_variables_are_made_once_and_named_by_path(case):
    subject = case.make(1)
    before = [variable.ref() for variable in subject.module.variables]
    subject(subject.inputs(_BATCH, _TIME), _LAYOUT, _TRAINING, subject.source(_SOURCE))
    assert [variable.ref() for variable in subject.module.variables] == before
    names = [variable.name for variable in subject.module.variables]
    assert len(set(names)) == len(names)
    assert all(name.startswith(f"{Subject.path}/") for name in names)


@each_case
def test_graph_equals_eager_for_any_batch_and_length(case):
    subject = case.make(1)
    sample = subject.inputs(_BATCH, _TIME)
    source = subject.source(_SOURCE)

    def run(x, mask):
        batch = tf.shape(x)[0]
        batch_source = source and Source(
            source.values[:batch], SequenceLayout(_SOURCE.mask[:batch])
        )
        return subject(x, SequenceLayout(mask), _TRAINING, batch_source)

    signature = [
        tf.TensorSpec([None, None, *sample.shape[2:]], sample.dtype),
        tf.TensorSpec([None, None], tf.bool),
    ]
    graph = tf.function(run, input_signature=signature, autograph=False)
    for batch, time in [(2, 6), (1, 1), (0, 2)]:
        x, mask = subject.inputs(batch, time), tf.ones([batch, time], tf.bool)
        y = graph(x, mask)
        assert y.dtype == tf.float32
        assert y.shape[:2] == [batch, time]
        np.testing.assert_allclose(y, run(x, mask), atol=1e-5)


@pytest.mark.parametrize("case", _DECODERS, ids=[case.name for case in _DECODERS])
@pytest.mark.parametrize("beams", [1, 2])
def test_steps_equal_the_full_call(case, beams):
    """The steps run in a loop as a search runs them, with and without row_sentences.

    With them, the memory cache is one for many rows.
    """
    subject = case.make(1)
    decoder, rows = subject.module, _BATCH * beams
    x = subject.inputs(rows, _TIME)
    source = subject.source(_SOURCE)
    sentences = tf.repeat(tf.range(_BATCH), beams)
    whole = SequenceLayout(tf.ones([rows, _TIME], tf.bool))
    expected = subject(x, whole, _EVALUATION, _of_rows(source, sentences))
    with_rows = StepContext.for_decoding(sentences, PackedKernels())
    for_many = StepContext.for_memory_cache(tf.constant(1000))
    for context, cache_context in ((_EVALUATION, _EVALUATION), (with_rows, for_many)):
        cache = decoder.memory_cache(subject.memory(source, _EVALUATION), cache_context)
        outputs = _steps(decoder, x, cache, context)
        np.testing.assert_allclose(outputs, expected, atol=1e-4)


def _of_rows(source, sentences):
    if source is None:
        return None
    mask = tf.gather(source.layout.mask, sentences)
    return source._replace(values=tf.gather(source.values, sentences), layout=SequenceLayout(mask))


def _steps(decoder, x, cache, context):
    state = decoder.init_state(x.shape[0], cache)
    # A search that keeps all rows gathers by these parents.
    parents = tf.range(x.shape[0])

    def body(time, state, outputs):
        state = tf.nest.map_structure(lambda tensor: tf.gather(tensor, parents), state)
        state, y = decoder.step(state, x[:, time], cache, context)
        return time + 1, state, outputs.write(time, y)

    _, _, outputs = tf.while_loop(
        lambda time, *_: time < x.shape[1],
        body,
        [0, state, tf.TensorArray(tf.float32, x.shape[1])],
        shape_invariants=[tf.TensorShape([]), loop_shapes(state), tf.TensorShape(None)],
    )
    return tf.transpose(outputs.stack(), [1, 0, 2])


@pytest.mark.parametrize("case", _DECODERS, ids=[case.name for case in _DECODERS])
def test_a_state_can_be_gathered_by_row(case):
    subject = case.make(1)
    decoder, x = subject.module, subject.inputs(_BATCH, 2)
    # Both rows have the memory of one sentence, so that each may continue from the other's state.
    source = _of_rows(subject.source(_SOURCE), tf.constant([0]))
    cache = decoder.memory_cache(subject.memory(source, _EVALUATION), _EVALUATION)
    state, _ = decoder.step(decoder.init_state(2, cache), x[:, 0], cache, _EVALUATION)
    state = tf.nest.map_structure(lambda tensor: tf.gather(tensor, [1, 1]), state)
    _, y = decoder.step(state, x[:, 1], cache, _EVALUATION)
    spliced = tf.stack([x[1, 0], x[0, 1]])[tf.newaxis]
    expected = subject(spliced, SequenceLayout(tf.ones([1, 2], tf.bool)), _EVALUATION, source)
    np.testing.assert_allclose(y[0], expected[0, 1], atol=1e-4)


@pytest.mark.parametrize("case", _OTHERS, ids=[case.name for case in _OTHERS])
def test_init_state_of_a_subject_that_sees_later_tokens_is_an_error(case):
    decoder = case.make(1).module
    cache = decoder.memory_cache(None, _EVALUATION)
    with pytest.raises(ValueError, match=f"^{Subject.path}.*: .*{case.no_steps}"):
        decoder.init_state(2, cache)


@each_case
def test_padding_changes_nothing(case):
    subject = case.make(1)
    x, source = subject.inputs(_BATCH, _TIME), subject.source(_SOURCE)
    y = subject(x, _LAYOUT, _EVALUATION, source)
    longer = tf.concat([x, subject.inputs(_BATCH, 3)], 1)
    layout = SequenceLayout(tf.pad(_LAYOUT.mask, [[0, 0], [0, 3]]))
    if source is not None:
        more = subject.source(_SOURCE, seed=9).values[:, :2]
        mask = tf.pad(_SOURCE.mask, [[0, 0], [0, 2]])
        source = source._replace(
            values=tf.concat([source.values, more], 1), layout=SequenceLayout(mask)
        )
    padded = subject(longer, layout, _EVALUATION, source)[:, :_TIME]
    np.testing.assert_allclose(real(padded, _LAYOUT), real(y, _LAYOUT), atol=1e-5)
    assert np.all(np.isfinite(padded))


# One row holds two sequences, of four and of two tokens, and one position of padding.
_PACKED = SequenceLayout.of_segments(
    tf.constant([[1, 1, 1, 1, 2, 2, 0]]), tf.constant([[0, 1, 2, 3, 0, 1, 0]])
)
_PACKED_SOURCE = SequenceLayout.of_segments(
    tf.constant([[1, 1, 2, 2, 2]]), tf.constant([[0, 1, 0, 1, 2]])
)


@each_case
def test_packed_sequences_do_not_see_each_other(case):
    subject = case.make(1)
    x, source = subject.inputs(1, 7), subject.source(_PACKED_SOURCE)
    if case.no_packing is not None:
        with pytest.raises(ValueError, match=f"^{Subject.path}.*: {case.no_packing}"):
            subject(x, _PACKED, _EVALUATION, source)
        return
    y = subject(x, _PACKED, _EVALUATION, source)
    for part, source_part in ((slice(0, 4), slice(0, 2)), (slice(4, 6), slice(2, 5))):
        alone = SequenceLayout(tf.ones([1, part.stop - part.start], tf.bool))
        own_source = source and source._replace(
            values=source.values[:, source_part],
            layout=SequenceLayout(_PACKED_SOURCE.mask[:, source_part]),
        )
        expected = subject(x[:, part], alone, _EVALUATION, own_source)
        np.testing.assert_allclose(y[:, part], expected, atol=1e-5)


@each_case
def test_a_checkpoint_is_read_into_another(case, tmp_path):
    subject, other = case.make(1), case.make(2)
    x, source = subject.inputs(_BATCH, _TIME), subject.source(_SOURCE)
    y = subject(x, _LAYOUT, _EVALUATION, source)
    if subject.module.variables:
        assert not np.allclose(y, other(x, _LAYOUT, _EVALUATION, source))
    names = [variable.name for variable in subject.module.variables]
    prefix, slices = str(tmp_path / "ckpt"), [""] * len(names)
    tf.raw_ops.SaveV2(
        prefix=prefix, tensor_names=names, shape_and_slices=slices, tensors=subject.module.variables
    )
    by_name = {variable.name: variable for variable in other.module.variables}
    types = [variable.dtype for variable in subject.module.variables]
    values = tf.raw_ops.RestoreV2(
        prefix=prefix, tensor_names=names, shape_and_slices=slices, dtypes=types
    )
    assert set(names) == set(by_name)
    for name, value in zip(names, values, strict=True):
        by_name[name].assign(value)
    np.testing.assert_array_equal(other(x, _LAYOUT, _EVALUATION, source), y)


@each_case
def test_a_saved_model_gives_the_same(case, tmp_path):
    subject = case.make(1)
    x, source = subject.inputs(_BATCH, _TIME), subject.source(_SOURCE)

    class Exported(tf.Module):
        def __init__(self):
            super().__init__()
            self.module = subject.module

        @tf.function(
            input_signature=[
                tf.TensorSpec([None, None, *x.shape[2:]], x.dtype),
                tf.TensorSpec([None], tf.int32),
            ],
            autograph=False,
        )
        def run(self, x, lengths):
            layout = SequenceLayout.of_lengths(lengths, tf.shape(x)[1])
            return subject(x, layout, _EVALUATION, source)

    tf.saved_model.save(Exported(), str(tmp_path / "saved"))
    loaded = tf.saved_model.load(str(tmp_path / "saved"))
    expected = subject(x, _LAYOUT, _EVALUATION, source)
    np.testing.assert_allclose(loaded.run(x, tf.constant([6, 4])), expected, atol=1e-5)


@each_case
def test_gradients_agree_with_differences(case):
    subject = case.make(1)
    x, source = subject.inputs(_BATCH, _TIME), subject.source(_SOURCE)
    points = list(subject.module.trainable_variables)
    if x.dtype == tf.float32:
        x = tf.Variable(x)
        points.append(x)
    weights = tf.cast(_LAYOUT.mask, tf.float32)[..., tf.newaxis]

    def value():
        y = subject(tf.convert_to_tensor(x), _LAYOUT, _TRAINING, source)
        return tf.reduce_sum(y * weights * tf.random.stateless_normal(tf.shape(y), [8, 9]))

    assert_gradients_agree(value, points, relative=0.02, absolute=0.05)


_ATTENDING = [
    case
    for case in _DECODERS
    if isinstance(case.make(1).module, AttendingLayer) and case.make(1).source(_SOURCE)
]


@pytest.mark.parametrize("case", _ATTENDING, ids=[case.name for case in _ATTENDING])
def test_probabilities_of_a_step_are_those_of_the_full_call(case):
    subject = case.make(1)
    decoder = subject.module
    x, source = subject.inputs(_BATCH, 3), subject.source(_SOURCE)
    memory = subject.memory(source, _EVALUATION)
    _, expected = decoder.attend(
        x, SequenceLayout(tf.ones([_BATCH, 3], tf.bool)), _EVALUATION, memory
    )
    cache = decoder.memory_cache(memory, _EVALUATION)
    state = decoder.init_state(_BATCH, cache)
    for time in range(3):
        state, _ = decoder.step(state, x[:, time], cache, _EVALUATION)
        np.testing.assert_allclose(decoder.probabilities(state), expected[:, time], atol=1e-5)
