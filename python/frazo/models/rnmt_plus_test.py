import numpy as np
import pytest
import tensorflow as tf
from frazo.layers.packed_kernels import PackedKernels
from frazo.layers.place import Place
from frazo.layers.sequence_layout import SequenceLayout
from frazo.layers.step_context import StepContext
from frazo.models.rnmt_plus import RnmtPlus
from frazo.models.small_batch import small_batch
from frazo.models.token_model import Tokens
from frazo.proto import rnmt_plus_pb2
from google.protobuf import text_format

_EVALUATION = StepContext.for_evaluation(seed=0)
_TRAINING = StepContext.for_training(seed=1, global_step=tf.constant(3, tf.int64))

_LSTM = "layer_norm: true output_tanh: false cell_clip: 10"
_HEADS = "multi_head_additive { num_heads: 2 head_dim: 3 }"


def text(*, attention=_HEADS, lstm="", decoder="", encoder="", layers=3):
    layer = f"layer {{ units: 6 {_LSTM} {lstm} }}"
    return f"""
        source_embedding {{ vocab_size: 9 dim: 5 }}
        target_embedding {{ vocab_size: 11 dim: 4 }}
        encoder {{
          layers {{ num_layers: 3 bidirectional: true residual_from: 2 {layer} {encoder} }}
          projection {{ units: 7 }}
        }}
        decoder {{
          num_layers: {layers} residual_from: 2 {layer} attention {{ {attention} }} {decoder}
        }}
        softmax {{ num_classes: 11 }}
    """


def make(description):
    message = text_format.Parse(description, rnmt_plus_pb2.RnmtPlus())
    return RnmtPlus(message, Place(path="model", seed=1))


def test_number_of_parameters_of_the_paper():
    """WmtEnDeRNMT has 378.9 million (Chen et al. 2018, table 1)."""
    layer = f"layer {{ units: 1024 {_LSTM} }}"
    description = f"""
        source_embedding {{ vocab_size: 32000 dim: 1024 }}
        target_embedding {{ vocab_size: 32000 dim: 1024 }}
        encoder {{
          layers {{ num_layers: 6 bidirectional: true residual_from: 2 {layer} }}
          projection {{ units: 1024 }}
        }}
        decoder {{
          num_layers: 8 residual_from: 2 {layer}
          attention {{ multi_head_additive {{ num_heads: 4 head_dim: 256 }} }}
        }}
        softmax {{ num_classes: 32000 }}
    """
    # The graph never runs, so that the 1.5 GB of the variables are not allocated.
    with tf.Graph().as_default():
        model = make(description)
        sizes = {}
        for variable in model.variables:
            part = variable.name.split("/")[1]
            sizes[part] = sizes.get(part, 0) + variable.shape.num_elements()
    assert sizes == {
        "source_embedding": 32_000 * 1024,
        "target_embedding": 32_000 * 1024,
        # Each direction has (input + 1024) 4096 + 2 * 4096 values. The input of the first layer is
        # 1024, that of the other five 2048. The projection has 2048 * 1024 + 1024.
        "encoder": 2 * 8_396_800 + 10 * 12_591_104 + 2_098_176,
        # 8 layers have inputs of 2048. The attention has two projections of 1024^2 + 1024, two
        # matrices of 256^2, and 256 for the energy.
        "decoder": 8 * 12_591_104 + 2_230_528,
        "softmax": 2048 * 32_000 + 32_000,
    }
    assert sum(sizes.values()) == 378_866_176


def test_names_of_variables():
    names = {variable.name.removesuffix(":0") for variable in make(text(layers=2)).variables}
    lstm_names = ["input/kernel", "recurrent/kernel", "bias", "scale"]
    layers = [
        f"model/encoder/layers/layer{index}/{way}"
        for index in range(3)
        for way in ("forward", "backward")
    ]
    layers += ["model/decoder/layer0/lstm", "model/decoder/layer1"]
    attention = ["memory/kernel", "memory/bias", "query/kernel", "query/bias"]
    attention += ["key_mix/kernel", "query_mix/kernel", "energy"]
    assert names == {
        *(f"{layer}/{name}" for layer in layers for name in lstm_names),
        *(f"model/decoder/layer0/attention/{name}" for name in attention),
        "model/decoder/layer0/context/kernel",
        "model/encoder/projection/kernel",
        "model/encoder/projection/bias",
        "model/source_embedding/table",
        "model/target_embedding/table",
        "model/softmax/kernel",
        "model/softmax/bias",
    }


def test_a_decoder_step_by_hand():
    """One layer has one unit; its gates g i f o are x W + c' C + m' U + b."""
    model = make("""
        source_embedding { vocab_size: 2 dim: 1 }
        encoder {
          layers { num_layers: 1 layer { units: 1 } } projection { units: 1 }
        }
        decoder {
          num_layers: 1 layer { units: 1 output_tanh: false }
          attention { additive { hidden_units: 1 } }
        }
        softmax { num_classes: 2 }
    """)
    decoder = model.decoder
    first = decoder.first
    first.lstm.input_kernel.assign([[1, 0, 0, 0]])
    first.lstm.recurrent_kernel.assign([[0, 0, 0, 0]])
    first.context_kernel.assign([[0, 1, 0, 0]])
    first.attention.query.kernel.assign([[2]])
    first.attention.memory.kernel.assign([[1]])
    first.attention.energy.assign([1])
    memory = model.encode(Tokens(tf.constant([[0, 1]]), _layout([2], 2)), _EVALUATION)
    memory = memory._replace(values=tf.constant([[[0.0], [1.0]]]))
    y, probabilities = decoder.attend(
        tf.constant([[[0.5], [0.5]]]), _layout([2], 2), _EVALUATION, memory
    )
    # The first query is 0. Its energies are tanh(0) and tanh(1) = .761594, so p = .318300, .681700
    # and c' = .681700. i = sigmoid(.681700) = .664118, g = tanh(.5) = .462117, f = o = sigmoid(0) =
    # .5. The cell is .664118 * .462117 = .306900, the output .5 * .306900 = .153450. The query is
    # then 2 * .153450 = .306900. Its energies are tanh(.306900) = .297615 and tanh(1.306900) =
    # .863489, so p = 1 / (1 + e^.565874) = .362189 and c = .637811.
    np.testing.assert_allclose(y[0, 0], [0.153450, 0.637811], atol=2e-6)
    np.testing.assert_allclose(probabilities[0, 0], [0.362189, 0.637811], atol=2e-6)
    # i = sigmoid(.637811) = .654258, the cell is .5 * .306900 + .654258 * .462117 = .455794, the
    # output .227897. The energies are tanh(.455794) = .426650 and tanh(1.455794) = .896833, so
    # p = 1 / (1 + e^.470182) = .384573 and c = 1 - p = .615427.
    np.testing.assert_allclose(y[0, 1], [0.227897, 0.615427], atol=2e-6)


def _layout(lengths, time):
    return SequenceLayout.of_lengths(tf.constant(lengths), time)


class RecordedKernels(PackedKernels):
    """PackedKernels that record the names of the kernels that were multiplied by."""

    def __init__(self, **settings):
        super().__init__(**settings)
        self.names = set()

    def multiply(self, x, kernel, bias, *, transposed):
        self.names.add(kernel.name.removesuffix(":0"))
        return super().multiply(x, kernel, bias, transposed=transposed)


def test_all_matrices_of_a_step_can_be_rounded():
    model = make(text(lstm="projection: 5"))
    source, target, _ = small_batch()
    cache = model.memory_cache(model.encode(source, _EVALUATION), _EVALUATION)
    exact_state = state = model.init_state(2, cache)
    kernels = RecordedKernels(int8=True)
    context = StepContext.for_decoding(tf.constant([0, 1]), kernels)
    for position in range(2):
        exact_state, exact = model.step(exact_state, target.ids[:, position], cache, _EVALUATION)
        state, rounded = model.step(state, target.ids[:, position], cache, context)
    assert 0 < np.abs(rounded - exact).max() < 0.1
    matrices = {v.name.removesuffix(":0") for v in model.decoder.variables if v.shape.rank == 2}
    # The memory cache is made once, with float32 kernels.
    cache_kernels = {
        f"model/decoder/layer0/attention/{name}/kernel" for name in ("memory", "key_mix")
    }
    assert kernels.names == matrices - cache_kernels | {"model/softmax/kernel"}


def test_a_token_sees_none_after_it_and_no_padding():
    model = make(text())
    source, target, _ = small_batch()
    logits, probabilities = model.decode(target, model.encode(source, _EVALUATION), _EVALUATION)
    other = target._replace(ids=tf.constant([[1, 7, 3], [1, 9, 5]]))
    padded = Tokens(tf.pad(source.ids, [[0, 0], [0, 3]], constant_values=8), _layout([4, 2], 7))
    same, padded_probabilities = model.decode(other, model.encode(padded, _EVALUATION), _EVALUATION)
    np.testing.assert_allclose(same[:, :2], logits[:, :2], atol=1e-5)
    np.testing.assert_allclose(padded_probabilities[:, :2, :4], probabilities[:, :2], atol=1e-5)
    assert np.all(padded_probabilities[:, :, 4:] == 0)


def test_dropout_is_drawn_anew_at_each_step():
    model = make(
        text(attention="multi_head_additive { num_heads: 2 head_dim: 3 probability_dropout: 0.5 }")
    )
    source, _, _ = small_batch()
    memory = model.encode(source, _EVALUATION)
    x = tf.zeros([2, 6, 4])
    layout = _layout([6, 6], 6)
    first = model.decoder.first

    def contexts(context):
        return first.split(first.attend(x, layout, context, memory)[0])[1]

    quiet, noisy = contexts(_EVALUATION), contexts(_TRAINING)
    np.testing.assert_array_equal(noisy, contexts(_TRAINING))
    # A head's probability at a position is dropped in some steps and not in others.
    ratios = (noisy / quiet)[0, :, 0].numpy()
    assert len(set(np.round(ratios, 1))) > 2


@pytest.mark.parametrize(
    ("decoder", "dropouts"), [("input_dropout: 0.5", [0]), ("dropout: 0.5", [1, 2])]
)
def test_where_the_decoder_drops(decoder, dropouts):
    model = make(text(decoder=decoder))
    rates = [model.decoder.input_dropout, *model.decoder.dropouts]
    assert [index for index, dropout in enumerate(rates) if dropout.message.rate] == dropouts
    source, target, _ = small_batch()
    memory = model.encode(source, _EVALUATION)
    quiet, _ = make(text()).decode(target, memory, _TRAINING)
    noisy, _ = model.decode(target, memory, _TRAINING)
    assert not np.allclose(noisy, quiet)
    np.testing.assert_allclose(model.decode(target, memory, _EVALUATION)[0], quiet, atol=1e-6)


def test_an_empty_batch_is_an_empty_result():
    model = make(text())
    empty = Tokens(tf.zeros([0, 4], tf.int32), SequenceLayout(mask=tf.zeros([0, 4], tf.bool)))
    logits, _ = model.decode(empty, model.encode(empty, _EVALUATION), _EVALUATION)
    assert logits.shape == [0, 4, 11]


def test_an_empty_source_gives_finite_logits():
    model = make(text())
    _, target, _ = small_batch()
    nothing = Tokens(tf.zeros([2, 1], tf.int32), _layout([0, 0], 1))
    logits, _ = model.decode(target, model.encode(nothing, _EVALUATION), _EVALUATION)
    assert np.all(np.isfinite(logits))


def test_a_packed_target_is_an_error():
    model = make(text())
    source, target, _ = small_batch()
    ids = tf.constant([[1, 1, 2], [1, 2, 0]])
    packed = target._replace(layout=SequenceLayout.of_segments(ids, tf.zeros_like(ids)))
    with pytest.raises(ValueError, match=r"^model/decoder/layer0: the targets are packed"):
        model.decode(packed, model.encode(source, _EVALUATION), _EVALUATION)


def test_a_decoder_without_a_memory_is_an_error():
    model = make(text())
    _, target, _ = small_batch()
    error = r"^model/decoder/layer0/attention: it attends to an encoder's output, but there is none"
    with pytest.raises(ValueError, match=error):
        model.decoder(tf.zeros([2, 3, 4]), target.layout, _EVALUATION)


def test_a_decoder_that_reads_backwards_is_an_error():
    description = text().replace(
        "num_layers: 3 residual_from: 2 layer {", "num_layers: 3 layer { reverse: true"
    )
    with pytest.raises(
        ValueError, match=r"^model/decoder/layer0: a decoder's LSTM goes from the first"
    ):
        make(description)
