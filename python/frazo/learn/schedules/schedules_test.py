import pytest
import tensorflow as tf

# Imported for their side effect: each binds itself to its message.
from frazo.learn.schedules import (  # noqa: F401
    constant,
    linear_rampup,
    linear_rampup_exponential_decay,
    piecewise,
)
from frazo.proto import schedule_pb2
from frazo.registry import build
from google.protobuf import text_format


def factors(text, steps):
    schedule = build(text_format.Parse(text, schedule_pb2.Schedule()))
    in_graph = tf.function(schedule, input_signature=[tf.TensorSpec([], tf.int64)], autograph=False)
    values = [in_graph(tf.constant(step, tf.int64)) for step in steps]
    assert all(value.dtype == tf.float32 and value.shape == [] for value in values)
    return [float(value) for value in values]


def test_constant_is_one():
    assert factors("constant {}", [0, 2**40]) == [1, 1]


def test_piecewise_changes_at_its_boundaries():
    text = "piecewise { boundaries: [10, 20] values: [1, 0.5, 0.25] }"
    assert factors(text, [0, 9, 10, 19, 20, 10**9]) == [1, 1, 0.5, 0.5, 0.25, 0.25]


def test_piecewise_without_boundaries_is_constant():
    assert factors("piecewise { values: 0.5 }", [0, 100]) == [0.5, 0.5]


def test_piecewise_tells_large_steps_apart():
    # float32 would round both to 2^24.
    text = f"piecewise {{ boundaries: {2**24 + 1} values: [1, 0] }}"
    assert factors(text, [2**24, 2**24 + 1]) == [1, 0]


def test_linear_rampup():
    text = "linear_rampup { warmup_steps: 4 start: 0.5 }"
    assert factors(text, [0, 1, 3, 4, 5]) == [0.5, 0.625, 0.875, 1, 1]


def test_linear_rampup_starts_at_zero_by_default():
    assert factors("linear_rampup { warmup_steps: 4 }", [0, 1]) == [0, 0.25]


_DECAY = (
    "linear_rampup_exponential_decay "
    "{ warmup_steps: 10 start: 0.2 decay_start: 100 decay_end: 300 end: 0.01 }"
)


@pytest.mark.parametrize(
    ("step", "factor"),
    [
        (0, 0.2),
        (5, 0.6),
        (10, 1),
        (100, 1),
        (150, 0.316228),  # a quarter of the way: .01^.25
        (200, 0.1),  # half way: sqrt(.01)
        (300, 0.01),
        (10**12, 0.01),
    ],
)
def test_rampup_and_decay_at_the_corners(step, factor):
    assert factors(_DECAY, [step]) == [pytest.approx(factor, rel=1e-6)]


def test_decay_without_warmup():
    text = "linear_rampup_exponential_decay { decay_start: 0 decay_end: 2 end: 0.25 }"
    assert factors(text, [0, 1, 2, 3]) == [1, 0.5, 0.25, 0.25]


def test_decay_is_strict_at_large_steps():
    start, end = 2**30, 2**30 + 4
    text = (
        f"linear_rampup_exponential_decay {{ decay_start: {start} decay_end: {end} end: 0.0625 }}"
    )
    assert factors(text, [start, start + 1, start + 2]) == [1, 0.5, 0.25]
