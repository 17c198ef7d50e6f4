import math

import numpy as np
import pytest
import tensorflow as tf

# Imported for their side effect: each binds itself to its message.
from frazo.learn.optimizers import (  # noqa: F401
    adafactor,
    adagrad,
    adam,
    adam_w,
    lamb,
    momentum,
    sgd,
)
from frazo.learn.trained_weight import TrainedWeight
from frazo.proto import optimizer_pb2
from frazo.registry import build
from google.protobuf import text_format


def make(text, variable, **treatment):
    message = text_format.Parse(text, optimizer_pb2.Optimizer())
    return build(message, weights=[TrainedWeight(variable, **treatment)])


def trajectory(text, gradients, *, start=1.0, learning_rate=0.1, **treatment):
    """The weight after each of the gradients, in turn."""
    weight = tf.Variable(start, name="fc/kernel")
    optimizer = make(text, weight, **treatment)
    apply = tf.function(lambda g: optimizer.apply([g], tf.constant(learning_rate)), autograph=False)
    values = []
    for gradient in gradients:
        apply(tf.constant(gradient))
        values.append(weight.numpy())
    return values


def test_sgd():
    assert trajectory("sgd {}", [2.0, -1.0]) == pytest.approx([0.8, 0.9])


def test_momentum():
    # a = 2, then .5 * 2 + 1 = 2, then .5 * 2 + 0 = 1.
    text = "momentum { momentum: 0.5 }"
    assert trajectory(text, [2.0, 1.0, 0.0]) == pytest.approx([0.8, 0.6, 0.5])


def test_nesterov_momentum_looks_ahead():
    # g + .5 a: 2 + 1 = 3; a = 2 and 1 + 1 = 2; a = 1 and 0 + .5 = .5.
    text = "momentum { momentum: 0.5 nesterov: true }"
    assert trajectory(text, [2.0, 1.0, 0.0]) == pytest.approx([0.7, 0.5, 0.45])


def test_first_two_steps_of_adam_by_hand():
    # Step 1: m = .1 * .5 = .05, v = .001 * .25 = .00025; corrected rate
    # .1 * sqrt(.001) / .1 = .0316228: w = 1 - .0316228 * .05 / (.0158114 + 1e-6) = .9000063.
    # Step 2: m = .9 * .05 + .1 * -.2 = .025, v = .999 * .00025 + .001 * .04 = .00028975;
    # rate .1 * sqrt(.001999) / .19 = .0235317; w -= .0235317 * .025 / (.0170220 + 1e-6).
    first = 1 - 0.1 * math.sqrt(0.001) / 0.1 * 0.05 / (math.sqrt(0.00025) + 1e-6)
    second = first - 0.1 * math.sqrt(0.001999) / 0.19 * 0.025 / (math.sqrt(0.00028975) + 1e-6)
    assert first == pytest.approx(0.9000063, abs=1e-7)
    assert second == pytest.approx(0.8654478, abs=1e-7)
    values = trajectory("adam {}", [0.5, -0.2])
    assert values == pytest.approx([first, second], rel=1e-6)


def test_large_epsilon_damps_adam():
    # As above, step 1: 1 - .0316228 * .05 / (.0158114 + 1) = .9984434.
    assert trajectory("adam { epsilon: 1 }", [0.5]) == pytest.approx([0.9984434], abs=1e-7)


def test_adam_follows_its_formula_for_long():
    gradients = [float(g) for g in np.random.default_rng(3).normal(size=200).astype(np.float32)]
    w, m, v = 1.0, 0.0, 0.0
    for t, g in enumerate(gradients, 1):
        m, v = 0.8 * m + 0.2 * g, 0.95 * v + 0.05 * g * g
        w -= 0.01 * math.sqrt(1 - 0.95**t) / (1 - 0.8**t) * m / (math.sqrt(v) + 1e-3)
    text = "adam { beta1: 0.8 beta2: 0.95 epsilon: 1e-3 }"
    values = trajectory(text, gradients, learning_rate=0.01)
    assert values[-1] == pytest.approx(w, rel=1e-4)


def test_adam_w_by_hand():
    # Step 1: m / .1 = .5, v / .001 = .25: w = 1 - .1 (.5 / (.5 + 1e-8) + .01) = .899.
    # Step 2: m = .025, / .19 = .1315789; v = .00028975, / .001999 = .1449475, root .3807197:
    # w = .899 - .1 (.3456058 + .00899) = .8635404.
    values = trajectory("adam_w {}", [0.5, -0.2], decays=True)
    assert values == pytest.approx([0.899, 0.8635404], abs=1e-6)


def test_epsilon_of_adam_w_is_inside_of_the_bias_correction():
    # .5 / (.5 + .5) = .5: Adam's, outside, would have given 1 - .0316228 * .05 / .5158114.
    values = trajectory("adam_w { epsilon: 0.5 weight_decay: 0 }", [0.5])
    assert values == pytest.approx([0.95], abs=1e-6)


def test_weight_decay_is_for_weights_that_decay():
    text = "adam_w { weight_decay: 0.5 }"
    # .1 (1 + .5 * 2) off 2.
    assert trajectory(text, [3.0], start=2.0, decays=True) == pytest.approx([1.8], abs=1e-6)
    assert trajectory(text, [3.0], start=2.0) == pytest.approx([1.9], abs=1e-6)


def test_lamb_steps_in_proportion_to_the_weight():
    # Step 1: m and v corrected are g and g^2, u = (1, -1), |w| / |u| = 5 / 1.414214 = 3.535534:
    # w = (3, 4) - .3535534 (1, -1).
    # Step 2: m = (.095, -.02), / .19 = (.5, -.1052632); v = (.00049975, .00031225), / .001999 =
    # (.25, .1562031): u = (1, -.2663364), |u| = 1.034861; |w| = 5.094798, ratio 4.923172:
    # w -= .4923172 (1, -.2663364).
    text = "lamb { weight_decay: 0.5 epsilon: 1e-10 }"
    gradients = [[0.5, -0.5], [0.5, 0.25]]
    first, second = trajectory(text, gradients, start=[3.0, 4.0])
    np.testing.assert_allclose(first, [2.6464466, 4.3535534], rtol=1e-6)
    np.testing.assert_allclose(second, [2.1541294, 4.4846754], rtol=1e-6)


def test_lamb_decays_before_the_norm():
    # u = (1, -1) + .5 (3, 4) = (2.5, 1), |u| = sqrt(7.25); .1 * 5 / 2.692582 = .1856953.
    text = "lamb { weight_decay: 0.5 epsilon: 1e-10 }"
    (value,) = trajectory(text, [[0.5, -0.5]], start=[3.0, 4.0], decays=True)
    np.testing.assert_allclose(value, [2.5357617, 3.8143047], rtol=1e-6)


def test_lamb_moves_a_weight_of_zeros_and_keeps_one_without_gradient():
    (value,) = trajectory("lamb {}", [[2.0, -2.0]], start=[0.0, 0.0])
    np.testing.assert_allclose(value, [-0.1, 0.1], rtol=1e-5)
    (value,) = trajectory("lamb {}", [[0.0, 0.0]], start=[3.0, 4.0])
    np.testing.assert_array_equal(value, [3.0, 4.0])


def test_adagrad():
    # a = 1 + 4 = 5, w = 1 - .2 / 2.236068; a = 6, w += .1 / 2.449490.
    values = trajectory("adagrad {}", [2.0, -1.0])
    assert values == pytest.approx([0.9105573, 0.9513821], abs=1e-6)


def test_accumulator_of_adagrad_begins_as_it_is_told():
    # a = 12 + 4 = 16: w = 1 - .2 / 4.
    assert trajectory("adagrad { initial_accumulator: 12 }", [2.0]) == pytest.approx([0.95])


def test_adafactor_of_a_vector():
    # Step 1: b2 = 0, u = (1, -1), rms(w) = sqrt(12.5) = 3.5355339: w = (3, -4) - .35355339 (1, -1).
    # Step 2: b2 = 1 - 2^-.8 = .4256508, v = b2 (4, 1) + (1 - b2) (1, 1) = (2.2769525, 1),
    # u = (.6627092, 1), rms .8482876, rms(w) = 3.1859044: w -= .31859044 u.
    first, second = trajectory("adafactor {}", [[2.0, -1.0], [1.0, 1.0]], start=[3.0, -4.0])
    np.testing.assert_allclose(first, [2.6464466, -3.6464466], rtol=1e-6)
    np.testing.assert_allclose(second, [2.4353123, -3.9650370], rtol=1e-5)


def test_adafactor_of_a_matrix_is_factored():
    # g^2 = (1 4; 9 16): r = (2.5, 12.5), c = (5, 10), mean(r) = 7.5, so v = r c / 7.5 =
    # (5/3 10/3; 25/3 50/3) and u = (.7745967 1.0954451; 1.0392305 .9797959), rms .9797959 < 1;
    # rms(w) = sqrt(25 / 4) = 2.5: w -= .25 u.
    (value,) = trajectory(
        "adafactor { min_factored_dim: 2 }",
        [[[1.0, 2.0], [3.0, 4.0]]],
        start=[[1.0, 2.0], [-2.0, 4.0]],
    )
    expected = [[0.8063508, 1.7261387], [-2.2598076, 3.7550510]]
    np.testing.assert_allclose(value, expected, rtol=1e-6)


def test_adafactor_is_exact_for_squares_of_rank_one():
    # g^2 is an outer product over axes 0 and 2, the largest, for each of axis 1: u = sign(g) = 1.
    gradient = np.einsum("i,kj,k->ikj", [1.0, 2.0, 3.0], [[1.0, 5.0, 7.0, 9.0]] * 2, [1.0, 4.0])
    (value,) = trajectory(
        "adafactor { min_factored_dim: 3 scale_by_weight_rms: false }",
        [gradient.astype(np.float32)],
        start=np.zeros([3, 2, 4], np.float32),
    )
    np.testing.assert_allclose(value, np.full([3, 2, 4], -0.1), rtol=1e-5)


def test_adafactor_limits_the_rms_of_an_update():
    # u = (1, -1) has rms 1: a limit of .25 makes it a quarter.
    text = "adafactor { max_update_rms: 0.25 scale_by_weight_rms: false }"
    (value,) = trajectory(text, [[2.0, -1.0]], start=[3.0, -4.0])
    np.testing.assert_allclose(value, [2.975, -3.975], rtol=1e-6)


def test_adafactor_leaves_zero():
    # .1 * .001.
    (value,) = trajectory("adafactor {}", [[2.0, -1.0]], start=[0.0, 0.0])
    np.testing.assert_allclose(value, [-0.0001, 0.0001], rtol=1e-6)


def test_adafactor_with_momentum():
    # Updates of .1 (1, -1): m = .05, then .075.
    text = "adafactor { beta1: 0.5 scale_by_weight_rms: false }"
    first, second = trajectory(text, [[2.0, -1.0], [2.0, -1.0]], start=[3.0, -4.0])
    np.testing.assert_allclose(first, [2.95, -3.95], rtol=1e-6)
    np.testing.assert_allclose(second, [2.875, -3.875], rtol=1e-6)


def test_adafactor_of_a_gradient_of_zeros_changes_nothing():
    (value,) = trajectory("adafactor {}", [[0.0, 0.0]], start=[3.0, 4.0])
    np.testing.assert_array_equal(value, [3.0, 4.0])


@pytest.mark.parametrize(
    "text", ["sgd", "momentum", "adam", "adam_w", "adagrad", "adafactor", "lamb"]
)
def test_learning_rate_is_scaled_by_that_of_the_weight(text):
    scaled = trajectory(f"{text} {{}}", [2.0, 1.0], learning_rate=0.2, learning_rate_scale=0.5)
    assert scaled == pytest.approx(trajectory(f"{text} {{}}", [2.0, 1.0], learning_rate=0.1))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("sgd {}", []),
        ("momentum {}", ["learner/momentum/fc/kernel:0"]),
        (
            "adam {}",
            [
                "learner/adam/m/fc/kernel:0",
                "learner/adam/v/fc/kernel:0",
                "learner/adam/applied_steps:0",
            ],
        ),
        (
            "adam_w {}",
            [
                "learner/adam_w/m/fc/kernel:0",
                "learner/adam_w/v/fc/kernel:0",
                "learner/adam_w/applied_steps:0",
            ],
        ),
        (
            "lamb {}",
            [
                "learner/lamb/m/fc/kernel:0",
                "learner/lamb/v/fc/kernel:0",
                "learner/lamb/applied_steps:0",
            ],
        ),
        ("adagrad {}", ["learner/adagrad/fc/kernel:0"]),
        (
            "adafactor { beta1: 0.9 }",
            [
                "learner/adafactor/v/fc/kernel:0",
                "learner/adafactor/m/fc/kernel:0",
                "learner/adafactor/applied_steps:0",
            ],
        ),
    ],
)
def test_slots_are_named_by_optimizer_and_variable(text, names):
    weight = tf.Variable([1.0], name="fc/kernel")
    assert [slot.name for slot in make(text, weight).slots] == names


def test_adafactor_keeps_a_row_and_a_column_of_a_large_matrix():
    # The largest dimension, 300, is left out of the rows' averages, the second of the columns'.
    weight = tf.Variable(tf.zeros([3, 128, 300]), name="fc/kernel")
    slots = {slot.name: slot.shape.as_list() for slot in make("adafactor {}", weight).slots}
    assert slots == {
        "learner/adafactor/rows/fc/kernel:0": [3, 128],
        "learner/adafactor/columns/fc/kernel:0": [3, 300],
        "learner/adafactor/applied_steps:0": [],
    }


@pytest.mark.parametrize("shape", [[], [500], [127, 500], [4, 4, 127, 500]])
def test_adafactor_does_not_factor_small_dimensions(shape):
    weight = tf.Variable(tf.zeros(shape), name="fc/kernel")
    assert make("adafactor {}", weight).slots[0].shape == shape
