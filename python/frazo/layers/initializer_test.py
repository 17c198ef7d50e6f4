import math

import numpy as np
import pytest
import tensorflow as tf
from frazo.layers import initializer
from frazo.layers.initializer import fans, initial_value
from frazo.proto import initializer_pb2
from frazo.registry import register
from frazo.shard.mesh import Range
from google.protobuf import struct_pb2, text_format


def make(text, shape=(200, 300), path="a/kernel", seed=1, held=None):
    message = text_format.Parse(text, initializer_pb2.Initializer())
    return initial_value(message, shape=shape, path=path, seed=seed, held=held).numpy()


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
    # With 60,000 values the standard error of the mean is .5 / sqrt(60000) = .002, and that of
    # the deviation .0014.
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


@pytest.mark.parametrize("kind", ["lecun_gaussian", "lecun_uniform"])
def test_lecun_follows_fan_in(kind):
    value = make(kind + " { scale: 2 }")
    # 200 inputs: 2 / sqrt(200) = 0.1414, with a standard error of 0.1414 / sqrt(2 * 60000) = 0.0004.
    assert abs(value.std() - 0.14142) < 0.002
    if kind == "lecun_uniform":
        limit = 2 * math.sqrt(3 / 200)
        assert 0.99 * limit < np.abs(value).max() <= limit * (1 + 1e-6)


def test_value_depends_on_seed_and_path_only():
    first = make("gaussian {}")
    np.testing.assert_array_equal(first, make("gaussian {}"))
    assert not np.array_equal(first, make("gaussian {}", path="b/kernel"))
    assert not np.array_equal(first, make("gaussian {}", seed=2))


@register(struct_pb2.Value)
class Rising(initializer.CustomInitializer):
    """The numbers from 0 on, times a factor."""

    def __call__(self, shape, stream):
        count = math.prod(shape)
        return tf.reshape(self.message.number_value * tf.range(count, dtype=tf.float32), shape)


def test_a_distribution_of_the_users_own():
    text = "custom { [type.googleapis.com/google.protobuf.Value] { number_value: 0.5 } }"
    np.testing.assert_array_equal(make(text, shape=(2, 3)), [[0, 0.5, 1], [1.5, 2, 2.5]])
    held = ((Range(1, 1),), (Range(0, 1), Range(2, 1)))
    np.testing.assert_array_equal(make(text, shape=(2, 3), held=held), [[1.5, 2.5]])


_INITS = [
    "",
    "xavier_uniform { scale: 0.5 }",
    "uniform { limit: 0.25 }",
    "gaussian { stddev: 0.5 }",
    "truncated_gaussian { stddev: 0.5 }",
    "lecun_gaussian {}",
    "lecun_uniform { scale: 0.5 }",
    "constant { value: 2.5 }",
]


@pytest.mark.parametrize("text", _INITS)
@pytest.mark.parametrize(
    ("shape", "held"),
    [
        # The generator gives groups of four. These parts begin and end within and between groups.
        ((50,), ((Range(16, 8),),)),
        ((50,), ((Range(7, 1), Range(13, 30)),)),
        ((6, 35), ((Range(2, 3),), (Range(0, 35),))),
        ((6, 35), ((Range(1, 2), Range(4, 2)), (Range(3, 9), Range(20, 15)))),
        ((3, 4, 10), ((Range(1, 2),), (Range(1, 1), Range(3, 1)), (Range(5, 5),))),
    ],
)
def test_part_equals_that_part_of_the_whole(text, shape, held):
    whole = make(text, shape=shape)
    wanted = np.ix_(*([i for r in ranges for i in range(r.start, sum(r))] for ranges in held))
    np.testing.assert_array_equal(make(text, shape=shape, held=held), whole[wanted])


def test_large_part_is_drawn_in_blocks(monkeypatch):
    # A row has 30 values, so three rows are drawn at once.
    monkeypatch.setattr(initializer, "_MAX_DRAWN", 100)
    held = ((Range(1, 8),), (Range(10, 20),))
    whole = make("gaussian {}", shape=(10, 30))
    np.testing.assert_array_equal(make("gaussian {}", shape=(10, 30), held=held), whole[1:9, 10:])
