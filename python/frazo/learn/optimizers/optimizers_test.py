import math

import numpy as np
import pytest
import tensorflow as tf

# Imported for their side effect: each binds itself to its message.
from frazo.learn.optimizers import adam, momentum, sgd  # noqa: F401
from frazo.proto import optimizer_pb2
from frazo.registry import build
from google.protobuf import text_format


def trajectory(text, gradients, *, start=1.0, learning_rate=0.1):
    """The weight after each of the gradients, in turn."""
    weight = tf.Variable(start, name="fc/kernel")
    optimizer = build(text_format.Parse(text, optimizer_pb2.Optimizer()), variables=[weight])
    apply = tf.function(lambda g: optimizer.apply([g], tf.constant(learning_rate)), autograph=False)
    values = []
    for gradient in gradients:
        apply(tf.constant(gradient))
        values.append(float(weight))
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
    ],
)
def test_slots_are_named_by_optimizer_and_variable(text, names):
    weight = tf.Variable([1.0], name="fc/kernel")
    optimizer = build(text_format.Parse(text, optimizer_pb2.Optimizer()), variables=[weight])
    assert [slot.name for slot in optimizer.slots] == names
