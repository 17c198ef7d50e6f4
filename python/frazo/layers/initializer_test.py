import math

import numpy as np
import pytest
from frazo.layers.initializer import fans, initial_value
from frazo.proto import initializer_pb2
from google.protobuf import text_format


def make(text, shape=(200, 300), path="a/kernel", seed=1):
    message = text_format.Parse(text, initializer_pb2.Initializer())
    return initial_value(message, shape=shape, path=path, seed=seed).numpy()


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((), (1, 1)),
        ((7,), (7, 7)),
        ((3, 4), (3, 4)),
        ((5, 5, 20, 50), (500, 1250)),  # window 25: 25 * 20 and 25 * 50
    ],
)
def test_fans(shape, expected):
    assert fans(shape) == expected


def test_constant():
    np.testing.assert_array_equal(make("constant { value: 2.5 }", shape=(2,)), [2.5, 2.5])


def test_gaussian_has_its_standard_deviation():
    value = make("gaussian { stddev: 0.5 }")
    # 60,000 values: the standard error of the mean is .5 / sqrt(60000) = .002, of stddev .0014.
    assert abs(value.mean()) < 0.01
    assert abs(value.std() - 0.5) < 0.007


def test_truncated_gaussian_ends_at_two_standard_deviations():
    value = make("truncated_gaussian { stddev: 0.5 }")
    assert 0.99 < np.abs(value).max() <= 1.0
    # A normal distribution cut at 2 sigma has standard deviation .8796 sigma.
    assert abs(value.std() - 0.4398) < 0.007


def test_uniform_fills_its_interval():
    value = make("uniform { limit: 0.25 }")
    assert value.min() >= -0.25
    assert value.max() < 0.25
    assert abs(value.std() - 0.25 / math.sqrt(3)) < 0.003


@pytest.mark.parametrize(("text", "scale"), [("", 1), ("xavier_uniform { scale: 0.5 }", 0.5)])
def test_xavier_limit_follows_the_fans(text, scale):
    limit = scale * math.sqrt(6 / (200 + 300))
    value = make(text)
    assert 0.99 * limit < np.abs(value).max() <= limit * (1 + 1e-6)


def test_value_depends_on_seed_and_path_only():
    first = make("gaussian {}")
    np.testing.assert_array_equal(first, make("gaussian {}"))
    assert not np.array_equal(first, make("gaussian {}", path="b/kernel"))
    assert not np.array_equal(first, make("gaussian {}", seed=2))
