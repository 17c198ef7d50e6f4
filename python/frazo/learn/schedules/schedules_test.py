import pytest
import tensorflow as tf

# Imported for their side effect: each binds itself to its message.
from frazo.learn.schedule import Schedule
from frazo.learn.schedules import (  # noqa: F401
    constant,
    cosine_decay,
    exponential_decay,
    linear_rampup,
    linear_rampup_exponential_decay,
    piecewise,
    sqrt_decay,
    transformer,
)
from frazo.proto import schedule_pb2
from frazo.registry import build, register
from google.protobuf import struct_pb2, text_format


def factors(text, steps):
    schedule = build(text_format.Parse(text, schedule_pb2.Schedule()))
    in_graph = tf.function(schedule, input_signature=[tf.TensorSpec([], tf.int64)], autograph=False)
    values = [in_graph(tf.constant(step, tf.int64)) for step in steps]
    assert all(value.dtype == tf.float32 and value.shape == [] for value in values)
    return [float(value) for value in values]


# Any message of one's own will do; this one is known to every protobuf.
@register(struct_pb2.Value)
class _Always(Schedule):
    def __call__(self, step):
        return tf.constant(self.message.number_value)


def test_a_schedule_of_ones_own_comes_in_an_any():
    message = schedule_pb2.Schedule()
    message.custom.Pack(struct_pb2.Value(number_value=0.25))
    assert float(build(message)(tf.constant(7, tf.int64))) == 0.25


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


@pytest.mark.parametrize(
    ("step", "factor"),
    [
        # 1e-4 of it is the rate of Chen et al. 2018 with n = 4, p = 500, s = 400,000, e = 1,200,000.
        (0, 1),
        (1000, 2.5),  # 1 + t (n - 1) / (n p) = 1 + 1000 * 3 / 2000
        (2000, 4),
        (100_000, 4),  # n t = s
        (200_000, 1.4142135624),  # n (2 n)^((s - n t) / (e - s)) = 4 * 8^-.5
        (300_000, 0.5),  # 4 / 8
        (10**12, 0.5),
    ],
)
def test_rampup_and_decay_of_several_replicas(step, factor):
    text = (
        "linear_rampup_exponential_decay { warmup_steps: 500 start: 1 decay_start: 400000 "
        "decay_end: 1200000 end: 0.5 replicas: 4 }"
    )
    assert factors(text, [step]) == [pytest.approx(factor, rel=1e-6)]


def test_several_replicas_without_warmup_start_at_their_number():
    text = "linear_rampup_exponential_decay { decay_start: 6 decay_end: 12 end: 0.75 replicas: 3 }"
    assert factors(text, [0, 2, 3, 4]) == [3, 3, 1.5, 0.75]


def test_decay_without_warmup():
    text = "linear_rampup_exponential_decay { decay_start: 0 decay_end: 2 end: 0.25 }"
    assert factors(text, [0, 1, 2, 3]) == [1, 0.5, 0.25, 0.25]


def test_decay_is_strict_at_large_steps():
    start, end = 2**30, 2**30 + 4
    text = (
        f"linear_rampup_exponential_decay {{ decay_start: {start} decay_end: {end} end: 0.0625 }}"
    )
    assert factors(text, [start, start + 1, start + 2]) == [1, 0.5, 0.25]


@pytest.mark.parametrize(
    ("step", "factor"),
    [
        # 512^-.5 = .04419417382; 40000^-1.5 = 1.25e-7.
        (0, 5.524271728e-09),
        (19999, 1.104854346e-04),  # 20000 times as much
        (39999, 2.209708691e-04),  # .04419417382 / 200
        (159999, 1.104854346e-04),  # .04419417382 / 400
    ],
)
def test_transformer_ramps_up_and_decays_by_the_root(step, factor):
    text = "transformer { model_dim: 512 warmup_steps: 40000 }"
    assert factors(text, [step]) == [pytest.approx(factor, rel=1e-6)]


def test_transformer_warms_up_for_4000_steps_by_default():
    # The peak is (64 * 4000)^-.5; a step later it is (64 * 4001)^-.5.
    assert factors("transformer { model_dim: 64 }", [3999, 4000]) == [
        pytest.approx(1.976423538e-03, rel=1e-6),
        pytest.approx(1.976176531e-03, rel=1e-6),
    ]


@pytest.mark.parametrize(
    ("step", "factor"),
    [
        (0, 1),
        (400, 1),
        (450, 0.7071067812),  # half of a half-life
        (500, 0.5),
        (700, 0.125),
        (10**12, 0.01),
    ],
)
def test_exponential_decay_halves_down_to_its_end(step, factor):
    text = "exponential_decay { decay_start: 400 half_life_steps: 100 end: 0.01 }"
    assert factors(text, [step]) == [pytest.approx(factor, rel=1e-6)]


def test_exponential_decay_goes_to_zero_from_the_first_step_by_default():
    text = "exponential_decay { half_life_steps: 1 }"
    assert factors(text, [0, 1, 2, 10**6]) == [1, 0.5, 0.25, 0]


@pytest.mark.parametrize(
    ("step", "factor"),
    [
        (0, 0.2),
        (5, 0.6),
        (10, 1),
        (15, 0.8681980515),  # .1 + .9 (1 + cos(pi / 4)) / 2 = .1 + .9 * .8535533906
        (20, 0.55),  # half way: .1 + .9 / 2
        (30, 0.1),
        (10**12, 0.1),
    ],
)
def test_cosine_decay_at_the_corners(step, factor):
    text = "cosine_decay { warmup_steps: 10 start: 0.2 decay_end: 30 end: 0.1 }"
    assert factors(text, [step]) == [pytest.approx(factor, rel=1e-6)]


def test_cosine_decay_from_one_to_zero_by_default():
    expected = [1, 0.75, 0.5, 0.25, 0, 0]  # (1 + cos(0, 60, 90, 120, 180 degrees)) / 2
    assert factors("cosine_decay { decay_end: 6 }", [0, 2, 3, 4, 6, 7]) == pytest.approx(expected)


def test_sqrt_decay_is_constant_until_the_end_of_warmup():
    # 1 / sqrt(10000), then 1 / sqrt(40000).
    expected = [0.01, 0.01, 0.009999500037, 0.005]
    assert factors("sqrt_decay {}", [0, 10000, 10001, 40000]) == pytest.approx(expected, rel=1e-6)
    assert factors("sqrt_decay { warmup_steps: 4 }", [0, 4, 16]) == [0.5, 0.5, 0.25]
