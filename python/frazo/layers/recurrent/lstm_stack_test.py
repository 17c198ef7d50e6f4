import numpy as np
import pytest
import tensorflow as tf
from frazo.layers.place import Place
from frazo.layers.recurrent.bidirectional_lstm import BidirectionalLstm
from frazo.layers.recurrent.lstm_stack import LstmStack
from frazo.layers.sequence_layout import SequenceLayout
from frazo.layers.step_context import StepContext
from frazo.proto import lstm_pb2
from google.protobuf import text_format

_EVALUATION = StepContext.for_evaluation(seed=0)
_TRAINING = StepContext.for_training(seed=1, global_step=tf.constant(3, tf.int64))
_LAYOUT = SequenceLayout.of_lengths(tf.constant([3, 5]), 5)
_X = tf.random.stateless_normal([2, 5, 8], [1, 2])


def bidirectional(text="units: 4"):
    message = text_format.Parse(f"lstm {{ {text} }}", lstm_pb2.BidirectionalLstm())
    return BidirectionalLstm(message, Place(path="both", input_shape=(None, None, 8), seed=1))


def stack(text):
    message = text_format.Parse(text, lstm_pb2.LstmStack())
    return LstmStack(message, Place(path="stack", input_shape=(None, None, 8), seed=1))


@pytest.mark.parametrize("text", ["units: 4", "units: 5 projection: 3 layer_norm: true"])
def test_both_directions_lie_side_by_side(text):
    layer = bidirectional(text)
    y = layer(_X, _LAYOUT, _EVALUATION)
    size = layer.forward.output_shape[-1]
    assert y.shape == (2, 5, 2 * size)
    assert layer.output_shape == (None, None, 2 * size)
    np.testing.assert_array_equal(y[..., :size], layer.forward(_X, _LAYOUT, _EVALUATION))
    np.testing.assert_array_equal(y[..., size:], layer.backward(_X, _LAYOUT, _EVALUATION))
    assert not layer.forward.message.reverse
    assert layer.backward.message.reverse
    assert not np.array_equal(layer.forward.input_kernel, layer.backward.input_kernel)


def test_a_bidirectional_lstm_may_not_be_reversed():
    with pytest.raises(ValueError, match=r"^both: reverse is set .*\. Unset lstm\.reverse\."):
        bidirectional("units: 4 reverse: true")


def test_a_bidirectional_stack_cannot_go_token_by_token():
    with pytest.raises(ValueError, match=r"^stack: .* cannot go token by token\. Unset bidirectio"):
        stack("num_layers: 1 layer { units: 4 } bidirectional: true").init_state(2, {})


def test_layers_of_a_stack_follow_each_other():
    layer = stack("num_layers: 3 layer { units: 4 } bidirectional: true residual_from: 2")
    first, second, third = layer.layers
    y = second(first(_X, _LAYOUT, _EVALUATION), _LAYOUT, _EVALUATION)
    y += third(y, _LAYOUT, _EVALUATION)
    np.testing.assert_allclose(layer(_X, _LAYOUT, _EVALUATION), y, atol=1e-6)
    assert layer.output_shape == (None, None, 8)
    assert [inner.path for inner in layer.layers] == [f"stack/layer{i}" for i in range(3)]


def test_residual_from_the_first_layer_on_adds_the_input():
    layer = stack("num_layers: 1 layer { units: 8 } residual_from: 0")
    y = layer.layers[0](_X, _LAYOUT, _EVALUATION)
    np.testing.assert_allclose(layer(_X, _LAYOUT, _EVALUATION), _X + y, atol=1e-6)


def test_no_layer_has_a_residual_unless_told():
    layer = stack("num_layers: 1 layer { units: 8 }")
    np.testing.assert_array_equal(
        layer(_X, _LAYOUT, _EVALUATION), layer.layers[0](_X, _LAYOUT, _EVALUATION)
    )


def test_a_residual_between_different_sizes_is_named():
    error = r"^stack/layer0: its input \[\?, \?, 8\] cannot be added to its output \[\?, \?, 6\]"
    with pytest.raises(ValueError, match=error):
        stack("num_layers: 2 layer { units: 3 } bidirectional: true residual_from: 0")


def test_dropout_zeroes_the_input_and_outputs_of_all_layers_in_training():
    quiet = stack("num_layers: 2 layer { units: 4 }")
    layer = stack("num_layers: 2 layer { units: 4 } input_dropout: 0.25 dropout: 0.5")
    assert [dropout.message.rate for dropout in layer.dropouts] == [0.5, 0.5]
    x = layer.input_dropout(_X, _TRAINING)
    assert np.any(x == 0)
    for inner, dropout in zip(layer.layers, layer.dropouts, strict=True):
        x = dropout(inner(x, _LAYOUT, _TRAINING), _TRAINING)
    np.testing.assert_array_equal(layer(_X, _LAYOUT, _TRAINING), x)
    np.testing.assert_array_equal(layer(_X, _LAYOUT, _EVALUATION), quiet(_X, _LAYOUT, _EVALUATION))
