import numpy as np
import pytest
import tensorflow as tf
from frazo.layers.step_context import StepContext
from frazo.learn.trained_weight import TrainedWeight
from frazo.learn.variational_noise import VariationalNoise
from frazo.proto import variational_noise_pb2

_KERNEL = np.linspace(-1, 1, 20000, dtype=np.float32)
_BIAS = np.float32([0.1, 1 / 3])


class Setting:
    """Two weights; seen(step) gives what a loss would see of them."""

    def __init__(self, **fields):
        self.weights = [
            tf.Variable(_KERNEL, name="fc/kernel"),
            tf.Variable(_BIAS, name="fc/bias"),
        ]
        message = variational_noise_pb2.VariationalNoise(**fields)
        self._noise = VariationalNoise(message, [TrainedWeight(weight) for weight in self.weights])
        self.seen = tf.function(self._seen, autograph=False)

    def at(self, step):
        return [value.numpy() for value in self.seen(tf.constant(step, tf.int64))]

    def _seen(self, step):
        context = StepContext.for_training(seed=7, global_step=step)
        with self._noise.added(context, step):
            return [weight.read_value() for weight in self.weights]


def test_the_noise_has_the_deviation_and_is_gone_afterwards():
    setting = Setting(stddev=0.1)
    kernel, bias = setting.at(3)
    noise = kernel - _KERNEL
    # The mean of 20,000 numbers is within 5 / sqrt(20000) deviations of 0.
    assert abs(noise.mean()) < 0.1 * 5 / np.sqrt(20000)
    assert noise.std() == pytest.approx(0.1, rel=0.03)
    assert np.all(bias != _BIAS)
    np.testing.assert_array_equal(setting.weights[0], _KERNEL)
    np.testing.assert_array_equal(setting.weights[1], _BIAS)


def test_it_is_a_function_of_the_step():
    setting, again = Setting(stddev=0.1), Setting(stddev=0.1)
    setting.at(3)
    np.testing.assert_array_equal(setting.at(4)[0], again.at(4)[0])
    assert np.all(setting.at(4)[1] != setting.at(5)[1])


def test_it_starts_at_its_step():
    setting = Setting(stddev=0.1, start_step=5)
    np.testing.assert_array_equal(setting.at(4)[1], _BIAS)
    assert np.all(setting.at(5)[1] != _BIAS)


def test_it_is_on_the_variables_that_match():
    kernel, bias = Setting(stddev=0.1, patterns=["*/kernel"]).at(0)
    assert not np.array_equal(kernel, _KERNEL)
    np.testing.assert_array_equal(bias, _BIAS)


def test_a_pattern_without_a_match_names_the_nearest():
    with pytest.raises(
        ValueError,
        match=r'variational_noise\.patterns\[1\]: "\*/kernels" matches no trainable variable; the '
        'nearest are "fc/kernel"',
    ):
        Setting(stddev=0.1, patterns=["fc/*", "*/kernels"])
