import numpy as np
import pytest
import tensorflow as tf
from frazo import ops
from frazo.layers.gradient_check import assert_gradients_agree
from frazo.layers.mixture_of_experts import MixtureOfExperts
from frazo.layers.place import Place
from frazo.layers.step_context import StepContext
from frazo.proto import mixture_of_experts_pb2
from google.protobuf import text_format

KERNEL, GRAPH = ops.Implementation.KERNEL, ops.Implementation.GRAPH
each_choice = pytest.mark.parametrize("choice", [KERNEL, GRAPH])
_DIM = 5
_TEXT = "num_experts: 4 hidden_units: 6 activation: TANH"


def training(step=3):
    return StepContext.for_training(seed=1, global_step=tf.constant(step, tf.int64))


def evaluation():
    return StepContext.for_evaluation(seed=0)


def make(text, dtype=tf.float32):
    message = text_format.Parse(text, mixture_of_experts_pb2.MixtureOfExperts())
    place = Place(path="moe", input_shape=(None, None, _DIM), seed=1, compute_dtype=dtype)
    layer = MixtureOfExperts(message, place)
    # Logits far enough apart that no small change of a weight changes a choice.
    layer.router.assign(3 * layer.router)
    return layer


def normal(*shape, seed=1):
    return tf.random.stateless_normal(shape, [seed, 2])


def by_hand(layer, x):
    """The mixture without a capacity, token by token."""
    outputs = []
    for token in tf.reshape(x, [-1, _DIM]):
        probabilities = tf.nn.softmax(tf.linalg.matvec(layer.router, token, transpose_a=True))
        chosen = np.argsort(-probabilities)[: layer.message.experts_per_token]
        weights = tf.gather(probabilities, chosen)
        if len(chosen) > 1:
            weights /= tf.reduce_sum(weights)
        y = 0
        for expert, weight in zip(chosen, weights, strict=True):
            hidden = tf.tanh(token[tf.newaxis] @ layer.experts.hidden[expert])
            y += weight * (hidden @ layer.experts.output[expert])[0]
        outputs.append(y)
    return tf.reshape(tf.stack(outputs), x.shape)


@each_choice
@pytest.mark.parametrize(
    "text", ["", "experts_per_token: 1", "experts_per_token: 3", "dropless: true"]
)
def test_the_output_is_the_weighted_sum_of_the_experts(choice, text):
    layer, x = make(f"{_TEXT} {text} capacity_factor: 4 group_size: 5"), normal(2, 7, _DIM)
    with ops.implementation(choice):
        np.testing.assert_allclose(layer(x, evaluation()), by_hand(layer, x), atol=1e-5)
        step = layer.step(tf.reshape(x, [-1, _DIM]), evaluation())
    np.testing.assert_allclose(tf.reshape(step, x.shape), by_hand(layer, x), atol=1e-5)


@pytest.mark.parametrize(
    ("text", "capacity"),
    [
        # 1.25 * 2 * 1024 / 4.
        ("", 640),
        ("dropless: true", 0),
        # 1.25 * 2 * 10 / 4 = 6.25.
        ("group_size: 10", 6),
        ("group_size: 5 min_capacity: 4", 4),
        ("group_size: 5 capacity_factor: 4", 5),
    ],
)
def test_capacity(text, capacity):
    assert make(f"{_TEXT} {text}").capacity == capacity


@each_choice
def test_an_expert_that_is_full_leaves_tokens_out(choice):
    layer = make(f"{_TEXT} experts_per_token: 1 group_size: 4 min_capacity: 1 capacity_factor: 1")
    # All tokens are alike, so that they choose one expert, which takes one of each group of four.
    x = tf.tile(normal(1, 1, _DIM), [2, 6, 1])
    context = evaluation()
    with ops.implementation(choice):
        y = layer(x, context).numpy().reshape(12, _DIM)
    taken = np.any(y != 0, axis=1)
    np.testing.assert_array_equal(np.flatnonzero(taken), [0, 4, 8])
    metrics = {name: float(mean) for name, (mean, _) in context.metrics.items()}
    assert metrics["moe/dropped_fraction"] == pytest.approx(0.75)
    # 12 choices of one expert; the mean is 3.
    assert metrics["moe/load"] == pytest.approx(4)


@each_choice
def test_padding_reaches_nothing(choice):
    layer = make(f"{_TEXT} group_size: 4 min_capacity: 1 capacity_factor: 1 shared_experts: 1")
    x, mask = normal(2, 7, _DIM), tf.constant([[True] * 5 + [False] * 2, [True] * 7])
    alone = tf.boolean_mask(x, mask)[tf.newaxis]
    contexts = evaluation(), evaluation()
    with ops.implementation(choice):
        y = layer(x, contexts[0], mask)
        expected = layer(alone, contexts[1])
    np.testing.assert_allclose(tf.boolean_mask(y, mask), expected[0], atol=1e-6)
    np.testing.assert_allclose(contexts[0].auxiliary_loss(), contexts[1].auxiliary_loss(), 1e-5)
    for name, (mean, weight) in contexts[0].metrics.items():
        np.testing.assert_allclose((mean, weight), contexts[1].metrics[name], 1e-5, err_msg=name)


@pytest.mark.parametrize(
    "text", ["", "other_experts: RANDOM", "other_experts: SAMPLED gated: true"]
)
def test_gradients_agree_with_differences(text):
    layer = make(f"{_TEXT} {text} group_size: 4 shared_experts: 1 router_z_loss_weight: 0.1")
    x = tf.Variable(normal(2, 6, _DIM))

    def value():
        context = training()
        y = layer(tf.convert_to_tensor(x), context)
        return tf.reduce_sum(y * normal(*y.shape, seed=9)) + context.auxiliary_loss()

    assert_gradients_agree(value, [x, *layer.trainable_variables], relative=0.02, absolute=0.05)


def test_auxiliary_losses_of_experts_that_are_alike():
    layer = make(f"{_TEXT} balance_loss_weight: 0.5 router_z_loss_weight: 0.25 group_size: 4")
    layer.router.assign(tf.zeros_like(layer.router))
    context = training()
    layer(normal(2, 6, _DIM), context)
    # All first choices are the first expert, with P_e = 1/4: E * 1 * 1/4 = 1. The logarithm of the
    # sum of four exp(0) is ln 4.
    assert float(context.auxiliary_loss()) == pytest.approx(0.5 + 0.25 * np.log(4) ** 2, rel=1e-5)
    mean, weight = context.metrics["moe/router_entropy"]
    assert (float(mean), float(weight)) == (pytest.approx(np.log(4), rel=1e-5), 12)


def test_the_balancing_bias_moves_towards_experts_with_few_tokens():
    layer = make(f"{_TEXT} balancing_bias_rate: 0.125 experts_per_token: 1 balance_loss_weight: 0")
    assert layer.bias.name == "moe/router/bias:0"
    assert not layer.bias.trainable
    x = tf.tile(normal(1, 1, _DIM), [1, 6, 1])
    context = training()
    layer(x, context)
    [(variable, value)] = context.updates
    assert variable is layer.bias
    busy = int(np.argmin(value))
    np.testing.assert_array_equal(value, [-0.125 if e == busy else 0.125 for e in range(4)])
    before = layer(x, evaluation())
    variable.assign(value - 9 * tf.one_hot(busy, 4))
    # Another expert is chosen now. The evaluation moves nothing.
    context = evaluation()
    assert not np.allclose(layer(x, context), before)
    assert context.updates == []


def test_random_choices_are_a_function_of_the_step():
    x = normal(4, 16, _DIM)
    for kind in ("RANDOM", "SAMPLED"):
        layer = make(f"{_TEXT} dropless: true other_experts: {kind}")
        first = layer(x, training(3))
        np.testing.assert_array_equal(layer(x, training(3)), first)
        assert not np.array_equal(layer(x, training(4)), first)
        np.testing.assert_allclose(layer(x, evaluation()), by_hand(layer, x), atol=1e-5)


def test_names_and_axes_of_the_variables():
    layer = make(f"{_TEXT} shared_experts: 2 gated: true balancing_bias_rate: 0.1")
    shapes = {variable.name: variable.shape.as_list() for variable in layer.variables}
    assert shapes == {
        "moe/router/kernel:0": [_DIM, 4],
        "moe/router/bias:0": [4],
        "moe/experts/hidden/kernel:0": [4, _DIM, 12],
        "moe/experts/output/kernel:0": [4, 6, _DIM],
        "moe/shared/hidden/kernel:0": [_DIM, 24],
        "moe/shared/output/kernel:0": [12, _DIM],
    }


@each_choice
def test_bfloat16_activations(choice):
    layer = make(f"{_TEXT} shared_experts: 1", tf.bfloat16)
    x = normal(2, 7, _DIM)
    with ops.implementation(choice):
        y = layer(tf.cast(x, tf.bfloat16), evaluation())
        expected = layer(tf.cast(tf.cast(x, tf.bfloat16), tf.float32), evaluation())
    assert y.dtype == tf.bfloat16
    np.testing.assert_allclose(tf.cast(y, tf.float32), expected, atol=0.1)


def test_xla_compiles_the_graph():
    layer, x = make(f"{_TEXT} group_size: 8"), normal(2, 10, _DIM)
    weights = normal(2, 10, _DIM, seed=9)
    mask = tf.constant([[True] * 7 + [False] * 3, [True] * 10])

    def value_and_gradients(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            context = training()
            y = layer(x, context, mask)
            total = tf.reduce_sum(y * weights) + context.auxiliary_loss()
        gradients = tape.gradient(total, [x, *layer.trainable_variables])
        return [total, *(tf.convert_to_tensor(gradient) for gradient in gradients)]

    expected = value_and_gradients(x)
    with ops.implementation(GRAPH):
        compiled = tf.function(value_and_gradients, jit_compile=True, autograph=False)
        found = compiled(x)
    for ours, theirs in zip(found, expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-4)


def test_more_experts_a_token_than_there_are_is_an_error():
    with pytest.raises(ValueError, match=r"moe: experts_per_token: 5 experts for each token are m"):
        make(f"{_TEXT} experts_per_token: 5")
