import numpy as np
import pytest
import tensorflow as tf
from frazo.layers.gradient_check import assert_gradients_agree
from frazo.layers.place import Place
from frazo.layers.recurrent.lstm import Lstm
from frazo.layers.sequence_layout import SequenceLayout
from frazo.layers.step_context import StepContext
from frazo.proto import lstm_pb2
from google.protobuf import text_format

_EVALUATION = StepContext.for_evaluation(seed=0)
_TRAINING = StepContext.for_training(seed=1, global_step=tf.constant(3, tf.int64))
_DIM = 3
_OPTIONS = {
    "plain": "",
    "projection": "projection: 3",
    "layer_norm": "layer_norm: true layer_norm_epsilon: 1e-4",
    "rnmt": "layer_norm: true layer_norm_epsilon: 1e-4 output_tanh: false cell_clip: 0.3",
    "zoneout": "cell_zoneout: 0.3 output_zoneout: 0.2",
    "all": "projection: 2 layer_norm: true layer_norm_epsilon: 1e-4 output_tanh: false "
    "cell_clip: 0.4 cell_zoneout: 0.3 output_zoneout: 0.2",
}
each_option = pytest.mark.parametrize("text", _OPTIONS.values(), ids=_OPTIONS.keys())
each_way = pytest.mark.parametrize("reverse", [False, True], ids=["forward", "reverse"])


def make_lstm(text="", *, units=4, dim=_DIM, reverse=False, seed=1):
    message = lstm_pb2.Lstm(units=units)
    text_format.Merge(f"{text} kernel_init {{ uniform {{ limit: 1 }} }}", message)
    if reverse:
        message.reverse = True
    return Lstm(message, Place(path="lstm", input_shape=(None, None, dim), seed=seed))


def lengths(*row_lengths, time=None):
    return SequenceLayout.of_lengths(tf.constant(row_lengths), time or max(row_lengths))


def inputs(batch, time, dim=_DIM):
    return tf.random.stateless_normal([batch, time, dim], [batch, time])


def one_unit(text=""):
    lstm = make_lstm(text, units=1, dim=1)
    lstm.input_kernel.assign([[0.5, 0.1, 0.2, 0.3]])
    lstm.recurrent_kernel.assign([[0.4, -0.3, 0.2, 0.1]])
    lstm.bias.assign([0.1, 0, 0.3, -0.2])
    return lstm


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Token 1: g = tanh(.6) = .537050, i = sigmoid(.1) = .524979, o = sigmoid(.1) = .524979,
        # c = .524979 * .537050 = .281940, m = .524979 * tanh(.281940) = .524979 * .274699.
        # Token 2: g = tanh(1 + .1 + .4 * .144212) = tanh(1.157685) = .820284,
        # i = sigmoid(.2 - .3 * .144212) = .539104, f = sigmoid(.4 + .3 + .2 * .144212) = .674551,
        # o = sigmoid(.6 - .2 + .1 * .144212) = .602148,
        # c = .674551 * .281940 + .539104 * .820284 = .632401, m = .602148 * tanh(.632401).
        ("", [0.144212, 0.337024]),
        # The first output is .524979 * .281940 = .148013. The second one follows as above, with
        # .148013 instead of .144212.
        ("output_tanh: false", [0.148013, 0.380906]),
        # The second output is .602148 * tanh(.4).
        ("cell_clip: 0.4", [0.144212, 0.228785]),
        # Half of the old cell and a quarter of the old output are kept: c = .140970,
        # m = .75 * .144212 = .108159. Then
        # o = sigmoid(.4 + .1 * .108159) = .601283, c = .536704 before zoneout,
        # m = .25 * .108159 + .75 * .601283 * tanh(.536704).
        ("cell_zoneout: 0.5 output_zoneout: 0.25", [0.108159, 0.248232]),
    ],
    ids=["plain", "without_tanh", "clipped", "zoneout"],
)
def test_two_tokens_by_hand(text, expected):
    y = one_unit(text)(tf.constant([[[1.0], [2.0]]]), lengths(2), _EVALUATION)
    np.testing.assert_allclose(y[0, :, 0], expected, atol=1e-5)


def test_layer_norm_of_each_gate_by_hand():
    lstm = make_lstm("layer_norm: true output_tanh: false", units=2, dim=1)
    # With two units the normalized values of each gate are -1 and 1.
    lstm.input_kernel.assign([[1, 3, 10, 30, 5, 6, 2, 3]])
    lstm.scale.assign([2, 2, 1, 1, 1, 1, 1, 1])
    lstm.bias.assign([0.5, 0.5, 0, 0, 0, 0, 0, 0])
    # g = tanh(-1.5, 2.5) = (-.905148, .986614), i = o = sigmoid(-1, 1) = (.268941, .731059).
    y = lstm(tf.constant([[[1.0]]]), lengths(1), _EVALUATION)
    np.testing.assert_allclose(y[0, 0], [-0.065469, 0.527293], atol=1e-5)


def test_projection_by_hand():
    lstm = one_unit("projection: 1")
    lstm.projection.assign([[2]])
    y = lstm(tf.constant([[[1.0], [2.0]]]), lengths(2), _EVALUATION)
    # The second token's gates are 1.1 + .4 * .288423 = 1.215369, .2 - .3 * .288423 = .113473,
    # .7 + .2 * .288423 = .757685 and .4 + .1 * .288423 = .428842.
    np.testing.assert_allclose(y[0, :, 0], [0.288423, 0.679948], atol=1e-5)


def test_forget_bias_is_where_the_bias_begins():
    lstm = make_lstm("forget_bias: 1.5", units=2)
    np.testing.assert_array_equal(lstm.bias, [0, 0, 0, 0, 1.5, 1.5, 0, 0])


def test_both_kernels_begin_as_one_matrix():
    message = lstm_pb2.Lstm(units=50)
    lstm = Lstm(message, Place(path="lstm", input_shape=(None, None, 100), seed=1))
    # Xavier's limit is sqrt(6 / (100 + 50 + 4 * 50)) = .130931.
    for kernel in (lstm.input_kernel, lstm.recurrent_kernel):
        assert 0.130 < np.abs(kernel).max() <= 0.130931
    assert not np.array_equal(lstm.input_kernel[:50], lstm.recurrent_kernel)


def test_variables_are_named_by_path():
    lstm = make_lstm("projection: 2 layer_norm: true")
    assert {variable.name: variable.shape.as_list() for variable in lstm.variables} == {
        "lstm/bias:0": [16],
        "lstm/input/kernel:0": [3, 16],
        "lstm/projection/kernel:0": [4, 2],
        "lstm/recurrent/kernel:0": [2, 16],
        "lstm/scale:0": [16],
    }


@each_option
@each_way
def test_padding_changes_nothing_and_gives_zero(text, reverse):
    lstm = make_lstm(text, reverse=reverse)
    x = inputs(2, 5)
    y = lstm(x, lengths(3, 5), _EVALUATION)
    np.testing.assert_allclose(y[0, :3], lstm(x[:1, :3], lengths(3), _EVALUATION)[0], atol=1e-6)
    np.testing.assert_array_equal(y[0, 3:], tf.zeros_like(y[0, 3:]))


def test_the_state_is_carried_through_padding_between_tokens():
    lstm = make_lstm()
    x = inputs(1, 4)
    layout = SequenceLayout(mask=tf.constant([[True, False, True, True]]))
    y = lstm(x, layout, _EVALUATION)
    together = lstm(tf.gather(x, [0, 2, 3], axis=1), lengths(3), _EVALUATION)
    np.testing.assert_allclose(tf.gather(y, [0, 2, 3], axis=1), together, atol=1e-6)


@each_option
@each_way
def test_segments_of_a_packed_row_do_not_see_each_other(text, reverse):
    lstm = make_lstm(text, reverse=reverse)
    first, second = inputs(1, 3), inputs(1, 2)
    layout = SequenceLayout.of_segments(
        tf.constant([[1, 1, 1, 2, 2, 0]]), tf.constant([[0, 1, 2, 0, 1, 0]])
    )
    x = tf.concat([first, second, tf.ones([1, 1, _DIM])], 1)
    y = lstm(x, layout, _EVALUATION)
    np.testing.assert_allclose(y[:, :3], lstm(first, lengths(3), _EVALUATION), atol=1e-6)
    np.testing.assert_allclose(y[:, 3:5], lstm(second, lengths(2), _EVALUATION), atol=1e-6)


@each_option
def test_reverse_is_forward_on_the_reversed_sequence(text):
    x = inputs(2, 4)
    y = make_lstm(text, reverse=True)(x, lengths(4, 4), _EVALUATION)
    reversed_y = make_lstm(text)(x[:, ::-1], lengths(4, 4), _EVALUATION)
    np.testing.assert_allclose(y, reversed_y[:, ::-1], atol=1e-6)


@each_option
def test_steps_give_what_the_full_call_gives(text):
    lstm = make_lstm(text)
    x = inputs(2, 4)
    state = lstm.init_state(2, {})
    outputs = []
    for time in range(4):
        state, y = lstm.step(state, x[:, time], {}, _EVALUATION)
        outputs.append(y)
    full = lstm(x, lengths(4, 4), _EVALUATION)
    np.testing.assert_allclose(tf.stack(outputs, 1), full, atol=1e-6)


def test_reverse_cannot_go_token_by_token():
    with pytest.raises(ValueError, match=r"^lstm: .* cannot go token by token\. Use one without"):
        make_lstm(reverse=True).init_state(2, {})


def test_zoneout_keeps_whole_elements_in_training():
    lstm = make_lstm("output_zoneout: 0.25", units=500)
    y = lstm(inputs(4, 2), lengths(2, 2, 2, 2), _TRAINING).numpy()
    # With 2000 draws the standard error of the share is .01.
    assert abs(np.mean(y[:, 0] == 0) - 0.25) < 0.04
    assert abs(np.mean(y[:, 1] == y[:, 0]) - 0.25) < 0.04


@each_option
@each_way
@pytest.mark.parametrize("context", [_EVALUATION, _TRAINING], ids=["evaluation", "training"])
def test_gradients_agree_with_differences(text, reverse, context):
    lstm = make_lstm(text, reverse=reverse)
    layout = SequenceLayout.of_segments(
        tf.constant([[1, 1, 1, 2, 2, 2], [1, 1, 1, 1, 0, 0]]),
        tf.constant([[0, 1, 2, 0, 1, 2], [0, 1, 2, 3, 0, 0]]),
    )
    x = tf.Variable(inputs(2, 6))
    projection = tf.random.stateless_normal([2, 6, lstm.output_shape[-1]], [8, 9])

    def value():
        return tf.reduce_sum(lstm(tf.convert_to_tensor(x), layout, context) * projection)

    assert_gradients_agree(value, [x, *lstm.trainable_variables])


@each_option
def test_graph_equals_eager_for_any_batch_and_length(text):
    lstm = make_lstm(text)
    graph = tf.function(
        lambda x, mask: lstm(x, SequenceLayout(mask=mask), _TRAINING),
        input_signature=[
            tf.TensorSpec([None, None, _DIM]),
            tf.TensorSpec([None, None], tf.bool),
        ],
        autograph=False,
    )
    for batch, time in [(2, 3), (1, 1), (3, 0), (0, 2)]:
        x, mask = inputs(batch, time), tf.ones([batch, time], tf.bool)
        y = graph(x, mask)
        assert y.shape == (batch, time, lstm.output_shape[-1])
        np.testing.assert_allclose(y, lstm(x, SequenceLayout(mask=mask), _TRAINING), atol=1e-6)
