import math

import numpy as np
import pytest
import tensorflow as tf
from frazo.layers.declaration import declaration_of
from frazo.layers.place import Place
from frazo.layers.step_context import StepContext
from frazo.learn import learner  # noqa: F401  (binds itself to its message)
from frazo.learn.loss import Loss
from frazo.proto import initializer_pb2, learner_pb2
from frazo.registry import build
from google.protobuf import text_format

_OPTIMIZERS = [
    "sgd {}",
    "momentum {}",
    "adam {}",
    "adam_w {}",
    "adafactor { beta1: 0.9 }",
    "adagrad {}",
    "lamb {}",
    "muon {}",
]


def variable(name, value, **declared):
    """A variable with this value; all its dimensions are called "mlp"."""
    value = tf.constant(value)
    axes = ["mlp"] * value.shape.rank
    return Place(seed=1).variable(name, value.shape, axes=axes, init=lambda held: value, **declared)


class Setting:
    """A kernel [3, 4], a bias [12] and a moving mean, with a learner for them."""

    def __init__(self, text):
        self.kernel = variable("fc/kernel", [3.0, 4.0], decays=True)
        self.bias = variable("fc/bias", [12.0])
        self.mean = variable("norm/moving_mean", [0.5], trainable=False)
        message = text_format.Parse(f"learning_rate: 0.1 {text}", learner_pb2.Learner())
        self.learner = build(message, variables=[self.kernel, self.bias, self.mean])
        self._step = tf.function(self._in_graph, autograph=False)

    def step(self, *, loss=1.0, weight=1.0, kernel=(0.0, 0.0), bias=(0.0,), mean=0.75, at=0):
        scalars = self._step(
            Loss(tf.constant(loss * weight), tf.constant(weight)),
            tf.constant(kernel),
            tf.constant(bias),
            mean,
            tf.constant(at, tf.int64),
        )
        return {name: float(value) for name, value in scalars.items()}

    def values(self):
        counters = [self.learner.nonfinite_total, self.learner.nonfinite_in_a_row]
        variables = [self.kernel, self.bias, self.mean, *self.learner.state_variables]
        return {
            v.name: v.numpy()
            for v in variables
            if "nonfinite" not in v.name and not any(v is counter for counter in counters)
        }

    def _in_graph(self, loss, kernel, bias, mean, at):
        context = StepContext.for_training(seed=1, global_step=at)
        context.add_update(self.mean, tf.reshape(mean, [1]))
        return self.learner.step(loss, [kernel, bias], context, at)


def test_step_reports_learning_rate_and_norm_and_applies_updates():
    setting = Setting("optimizer { sgd {} }")
    scalars = setting.step(kernel=(3.0, 0.0), bias=(-4.0,))
    assert scalars == {
        "learning_rate": pytest.approx(0.1),
        "grad_norm": pytest.approx(5),
        "nonfinite": 0,
    }
    np.testing.assert_allclose(setting.kernel, [2.7, 4.0], rtol=1e-6)
    np.testing.assert_allclose(setting.bias, [12.4], rtol=1e-6)
    np.testing.assert_array_equal(setting.mean, [0.75])


def test_gradients_of_rows_count_as_whole_ones():
    table = variable("embedding/table", [[1.0], [1.0], [1.0]])
    message = text_format.Parse("learning_rate: 0.1 optimizer { sgd {} }", learner_pb2.Learner())
    rows = tf.IndexedSlices(
        tf.constant([[1.0], [2.0], [4.0]]), tf.constant([2, 0, 2]), tf.constant([3, 1])
    )
    step = tf.constant(0, tf.int64)
    context = StepContext.for_training(seed=1, global_step=step)
    scalars = build(message, variables=[table]).step(
        Loss(tf.ones([]), tf.ones([])), [rows], context, step
    )
    # Row 2 gets 1 + 4 = 5, row 0 gets 2; the norm is that of (2, 0, 5).
    np.testing.assert_allclose(table, [[0.8], [1.0], [0.5]], rtol=1e-6)
    assert float(scalars["grad_norm"]) == pytest.approx(math.sqrt(29))


@pytest.mark.parametrize("more", ["", "clip_global_norm: 2", "clip_value: 2", "l2_weight: 0.1"])
def test_adagrad_of_listed_rows_is_that_of_whole_gradients(more):
    rows = tf.IndexedSlices(
        tf.constant([[1.0], [2.0], [4.0]]), tf.constant([2, 0, 2]), tf.constant([3, 1])
    )
    message = text_format.Parse(
        f"learning_rate: 0.1 optimizer {{ adagrad {{}} }} {more} "
        "variable_rules { pattern: '*' clip_norm: 4 }",
        learner_pb2.Learner(),
    )
    step = tf.constant(0, tf.int64)
    outcomes = []
    for gradient in (rows, tf.convert_to_tensor(rows)):
        table = variable("embedding/table", [[1.0], [1.0], [1.0]])
        built = build(message, variables=[table])
        for _ in range(2):
            context = StepContext.for_training(seed=1, global_step=step)
            built.step(Loss(tf.ones([]), tf.ones([])), [gradient], context, step)
        outcomes.append((table, *built.state_variables))
    for found, expected in zip(*outcomes, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_schedule_scales_the_learning_rate_at_the_step():
    setting = Setting(
        "optimizer { sgd {} } schedule { piecewise { boundaries: 7 values: [1, 0.5] } }"
    )
    assert setting.step(at=6)["learning_rate"] == pytest.approx(0.1)
    assert setting.step(at=7)["learning_rate"] == pytest.approx(0.05)


def test_l2_decays_kernels_only():
    setting = Setting("optimizer { sgd {} } l2_weight: 0.5")
    scalars = setting.step()
    # .5 / 2 * (9 + 16); the gradient is .5 * (3, 4), its norm 2.5.
    assert scalars["l2_loss"] == pytest.approx(6.25)
    assert scalars["grad_norm"] == pytest.approx(2.5)
    np.testing.assert_allclose(setting.kernel, [3 - 0.1 * 1.5, 4 - 0.1 * 2], rtol=1e-6)
    np.testing.assert_array_equal(setting.bias, [12.0])


def test_l2_follows_the_rules():
    setting = Setting(
        "optimizer { sgd {} } l2_weight: 0.5 "
        "variable_rules { pattern: 'fc/bias' decay: true } "
        "variable_rules { pattern: '*/kernel' decay: false }"
    )
    # .5 / 2 * 144; the gradient is .5 * 12.
    assert setting.step()["l2_loss"] == pytest.approx(36)
    np.testing.assert_array_equal(setting.kernel, [3.0, 4.0])
    np.testing.assert_allclose(setting.bias, [12 - 0.1 * 6], rtol=1e-6)


def test_l2_without_a_variable_that_decays_is_zero():
    setting = Setting(
        "optimizer { sgd {} } l2_weight: 0.5 variable_rules { pattern: '*' decay: false }"
    )
    assert setting.step()["l2_loss"] == 0
    np.testing.assert_array_equal(setting.kernel, [3.0, 4.0])


def test_rules_scale_the_learning_rate_of_a_variable():
    setting = Setting(
        "optimizer { sgd {} } variable_rules { pattern: '*/bias' learning_rate_scale: 0.5 }"
    )
    scalars = setting.step(kernel=(1.0, 0.0), bias=(2.0,))
    assert scalars["learning_rate"] == pytest.approx(0.1)
    np.testing.assert_allclose(setting.kernel, [2.9, 4.0], rtol=1e-6)
    np.testing.assert_allclose(setting.bias, [11.9], rtol=1e-6)


def test_frozen_variable_has_no_state_and_wants_no_gradient():
    message = text_format.Parse(
        "learning_rate: 0.1 optimizer { adam {} } ema_decay: 0.9 "
        "variable_rules { pattern: 'fc/bias' freeze: true }",
        learner_pb2.Learner(),
    )
    variables = [variable("fc/kernel", [1.0]), variable("fc/bias", [1.0])]
    built = build(message, variables=variables)
    assert [weight.name for weight in built.weights] == ["fc/kernel:0"]
    assert not any("fc/bias" in variable.name for variable in built.state_variables)


def test_clipping_follows_l2_and_the_norm_is_that_before_it():
    setting = Setting("optimizer { sgd {} } l2_weight: 2 clip_global_norm: 2")
    # 2 * (3, 4) = (6, 8): norm 10, scaled by .2 to (1.2, 1.6).
    assert setting.step()["grad_norm"] == pytest.approx(10)
    np.testing.assert_allclose(setting.kernel, [3 - 0.12, 4 - 0.16], rtol=1e-6)


@pytest.mark.parametrize("optimizer", _OPTIMIZERS)
@pytest.mark.parametrize(
    "bad",
    [
        {"loss": math.nan},
        {"loss": math.inf},
        {"bias": (math.nan,)},
        {"kernel": (1.0, -math.inf)},
        # Its square overflows float32.
        {"kernel": (1e20, 0.0)},
    ],
)
def test_bad_step_changes_nothing(optimizer, bad):
    setting = Setting(f"optimizer {{ {optimizer} }} ema_decay: 0.9 clip_global_norm: 1")
    setting.step(kernel=(1.0, 2.0), bias=(3.0,), mean=0.6)
    before = setting.values()
    scalars = setting.step(**bad, mean=7.0, at=1)
    assert scalars["nonfinite"] == 1
    for name, value in setting.values().items():
        np.testing.assert_array_equal(value, before[name], err_msg=name)


@pytest.mark.parametrize("optimizer", _OPTIMIZERS)
def test_good_step_after_a_bad_one_is_as_if_it_had_not_been(optimizer):
    text = f"optimizer {{ {optimizer} }}"
    with_bad, without = Setting(text), Setting(text)
    with_bad.step(kernel=(1.0, 2.0))
    with_bad.step(loss=math.nan, at=1)
    with_bad.step(kernel=(-1.0, 3.0), at=2)
    without.step(kernel=(1.0, 2.0))
    without.step(kernel=(-1.0, 3.0), at=2)
    np.testing.assert_array_equal(with_bad.kernel, without.kernel)


def test_bad_steps_are_counted_with_their_culprit():
    setting = Setting("optimizer { sgd {} }")
    assert setting.learner.first_nonfinite is None
    setting.step(bias=(math.nan,))
    setting.step(loss=math.nan)
    assert int(setting.learner.nonfinite_total) == 2
    assert int(setting.learner.nonfinite_in_a_row) == 2
    assert setting.learner.first_nonfinite == "fc/bias"
    setting.step()
    assert int(setting.learner.nonfinite_total) == 2
    assert int(setting.learner.nonfinite_in_a_row) == 0
    assert setting.learner.first_nonfinite is None


@pytest.mark.parametrize("optimizer", _OPTIMIZERS)
def test_rejected_step_changes_nothing_but_its_count(optimizer):
    setting = Setting(f"optimizer {{ {optimizer} }} ema_decay: 0.9 reject_above_norm: 10")
    setting.step(kernel=(1.0, 2.0), bias=(3.0,), mean=0.6)
    before = setting.values()
    scalars = setting.step(kernel=(6.0, 8.1), mean=7.0, at=1)
    assert (scalars["rejected_steps"], scalars["nonfinite"]) == (1, 0)
    for name, value in setting.values().items():
        expected = before[name] + 1 if name == "learner/rejected_total:0" else before[name]
        np.testing.assert_array_equal(value, expected, err_msg=name)
    assert setting.step(kernel=(6.0, 7.9), at=2)["rejected_steps"] == 1
    assert not np.array_equal(setting.kernel, before["fc/kernel:0"])


def test_the_norm_that_is_rejected_has_l2_in_it():
    setting = Setting("optimizer { sgd {} } l2_weight: 2 reject_above_norm: 9.9")
    # 2 * (3, 4) has norm 10.
    assert setting.step()["rejected_steps"] == 1


def test_rejected_batch_is_left_out_of_the_mean():
    setting = Setting("optimizer { sgd {} } accumulation_steps: 2 reject_above_norm: 10")
    setting.step(kernel=(1.0, 0.0))
    setting.step(kernel=(11.0, 0.0), at=1)
    np.testing.assert_array_equal(setting.kernel, [3.0, 4.0])
    setting.step(kernel=(3.0, 0.0), at=2)
    # .1 (1 + 3) / 2.
    np.testing.assert_allclose(setting.kernel, [2.8, 4.0], rtol=1e-6)


def test_a_step_that_is_not_finite_is_not_seen_by_the_tracker():
    setting = Setting("optimizer { sgd {} } gradient_norm_tracker {}")
    setting.step(kernel=(1.0, 0.0))
    before = setting.values()
    setting.step(kernel=(math.nan, 0.0), at=1)
    for name, value in setting.values().items():
        np.testing.assert_array_equal(value, before[name], err_msg=name)


def test_without_limits_nothing_is_said_of_rejected_steps():
    setting = Setting("optimizer { sgd {} }")
    assert "rejected_steps" not in setting.step()
    assert not any("rejected" in v.name for v in setting.learner.state_variables)


def test_gradients_are_of_the_noisy_weights_and_change_the_clean_ones():
    setting = Setting("optimizer { sgd {} } variational_noise { stddev: 0.5 }")
    kernel = setting.kernel

    @tf.function(autograph=False)
    def step(at):
        context = StepContext.for_training(seed=1, global_step=at)
        with setting.learner.noisy_weights(context, at):
            seen = kernel.read_value()
            with tf.GradientTape() as tape:
                loss = tf.reduce_sum(tf.square(kernel)) + tf.reduce_sum(setting.bias)
            gradients = tape.gradient(loss, setting.learner.weights)
        setting.learner.step(Loss(loss, tf.ones([])), gradients, context, at)
        return seen

    seen = step(tf.constant(0, tf.int64))
    assert np.all(seen != [3.0, 4.0])
    # The gradient of w^2 is 2 w.
    np.testing.assert_allclose(kernel, [3.0, 4.0] - 0.1 * 2 * seen, rtol=1e-6)


_PIECEWISE = "schedule { piecewise { boundaries: 1 values: [1, 0.5] } }"


@pytest.mark.parametrize("optimizer", _OPTIMIZERS)
def test_four_small_batches_are_one_large_one(optimizer):
    # The gradients' means are (2, -1), 3, then (1, 1), -1: exact in float32.
    text = f"optimizer {{ {optimizer} }} l2_weight: 0.5 clip_global_norm: 2 {_PIECEWISE}"
    text += " ema_decay: 0.9"
    large, small = Setting(text), Setting(f"{text} accumulation_steps: 4")
    large.step(kernel=(2.0, -1.0), bias=(3.0,), at=0)
    large.step(kernel=(1.0, 1.0), bias=(-1.0,), at=1)
    batches = [(1, 2, 3), (5, -2, 0), (0, -4, 8), (2, 0, 1), (4, 1, 0), (0, 1, 0), (0, 2, -4)]
    batches.append((0, 0, 0))
    for at, (first, second, bias) in enumerate(batches):
        small.step(kernel=(float(first), float(second)), bias=(float(bias),), at=at)
    values = small.values()
    for name, value in large.values().items():
        np.testing.assert_allclose(values[name], value, rtol=1e-6, err_msg=name)


@pytest.mark.parametrize("optimizer", _OPTIMIZERS)
def test_batches_of_unequal_weight_are_one_large_one(optimizer):
    text = f"optimizer {{ {optimizer} }} l2_weight: 0.5 clip_global_norm: 2"
    large, small = Setting(text), Setting(f"{text} accumulation_steps: 2")
    # (1 * 6 + 3 * -2) / 4 = 0, (1 * 1 + 3 * 5) / 4 = 4, (1 * -1 + 3 * 3) / 4 = 2.
    large.step(weight=4.0, kernel=(0.0, 4.0), bias=(2.0,))
    small.step(weight=1.0, kernel=(6.0, 1.0), bias=(-1.0,))
    small.step(weight=3.0, kernel=(-2.0, 5.0), bias=(3.0,), at=1)
    values = small.values()
    for name, value in large.values().items():
        np.testing.assert_allclose(values[name], value, rtol=1e-6, err_msg=name)


def test_nothing_but_the_sums_changes_before_the_last_batch():
    setting = Setting("optimizer { momentum {} } accumulation_steps: 2 ema_decay: 0.9")
    before = setting.values()
    setting.step(kernel=(1.0, 2.0), bias=(3.0,))
    changed = {
        name for name, value in setting.values().items() if not np.array_equal(value, before[name])
    }
    # Statistics of the layers are those of each batch.
    assert changed == {
        "learner/accumulated/fc/kernel:0",
        "learner/accumulated/fc/bias:0",
        "learner/accumulated_batches:0",
        "learner/accumulated_loss_weight:0",
        "norm/moving_mean:0",
    }


def test_bad_batch_is_left_out_of_the_mean():
    setting = Setting("optimizer { sgd {} } accumulation_steps: 2")
    setting.step(kernel=(1.0, 0.0))
    assert setting.step(kernel=(math.nan, 0.0), at=1)["nonfinite"] == 1
    np.testing.assert_array_equal(setting.kernel, [3.0, 4.0])
    setting.step(kernel=(3.0, 0.0), at=2)
    # .1 (1 + 3) / 2.
    np.testing.assert_allclose(setting.kernel, [2.8, 4.0], rtol=1e-6)


def test_without_accumulation_there_is_no_state_for_it():
    setting = Setting("optimizer { sgd {} }")
    assert not any("accumulated" in v.name for v in setting.learner.state_variables)


def test_averages_follow_the_new_weights():
    setting = Setting("optimizer { sgd {} } ema_decay: 0.999")
    setting.step(bias=(10.0,), at=90)
    # The bias goes from 12 to 11; .91 * 12 + .09 * 11 = 11.91.
    with setting.learner.averages.swapped():
        np.testing.assert_allclose(setting.bias, [11.91], rtol=1e-6)
    np.testing.assert_allclose(setting.bias, [11.0], rtol=1e-6)


def test_there_are_no_averages_by_default():
    assert Setting("optimizer { sgd {} }").learner.averages is None


def test_state_has_unique_names():
    setting = Setting("optimizer { adam {} } ema_decay: 0.9")
    names = [variable.name for variable in setting.learner.state_variables]
    # m and v of two weights, applied steps, three counters, two averages.
    assert len(set(names)) == len(names) == 4 + 1 + 3 + 2
    assert all(name.startswith("learner/") for name in names)


def test_variable_that_the_loss_does_not_use_is_an_error():
    setting = Setting("optimizer { sgd {} }")
    context = StepContext.for_evaluation(seed=0)
    with pytest.raises(ValueError, match="The loss does not depend on the variable 'fc/bias'"):
        setting.learner.step(
            Loss(tf.ones([]), tf.ones([])),
            [tf.zeros([2]), None],
            context,
            tf.constant(0, tf.int64),
        )


def test_what_is_kept_for_a_weight_has_its_axes():
    place, init = Place(path="fc", seed=1), initializer_pb2.Initializer()
    kernel = place.variable("kernel", (128, 130), axes=("embed", "mlp"), init=init, decays=True)
    text = "learning_rate: 0.1 optimizer { adafactor { beta1: 0.9 } } ema_decay: 0.9 "
    message = text_format.Parse(text + "accumulation_steps: 2", learner_pb2.Learner())
    kept = {}
    for state in build(message, variables=[kernel]).state_variables:
        if "fc/kernel" in state.name:
            declared = declaration_of(state)
            assert declared.full_shape == tuple(state.shape)
            assert not declared.decays
            kept[state.name.removesuffix(":0")] = declared.axes
    # Rows are means over the largest dimension, 130, columns over the other one.
    assert kept == {
        "learner/adafactor/m/fc/kernel": ("embed", "mlp"),
        "learner/adafactor/rows/fc/kernel": ("embed",),
        "learner/adafactor/columns/fc/kernel": ("mlp",),
        "learner/average/fc/kernel": ("embed", "mlp"),
        "learner/accumulated/fc/kernel": ("embed", "mlp"),
    }
