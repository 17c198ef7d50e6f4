import numpy as np
import pytest
import tensorflow as tf
from frazo.learn.rejected_steps import rejected_steps
from frazo.proto import learner_pb2
from google.protobuf import text_format


def make(text):
    return rejected_steps(text_format.Parse(text, learner_pb2.Learner()))


def accepted(steps, *norms):
    check = tf.function(steps.check, autograph=False)
    return [bool(check(tf.constant(norm))) for norm in norms]


def test_by_default_none_is():
    assert make("learning_rate: 1") is None


def test_norms_above_the_bound_are_counted():
    steps = make("reject_above_norm: 5")
    assert accepted(steps, 4.0, 5.0, 5.5, 1.0, 1e30, float("inf")) == [1, 1, 0, 1, 0, 0]
    assert int(steps.total) == 3


def test_an_infinite_norm_does_not_enter_the_moments():
    steps = make("gradient_norm_tracker {}")
    assert accepted(steps, float("inf"), 1.0) == [False, True]
    assert all(np.isfinite(variable.numpy()) for variable in steps.variables_to_save)


def test_what_the_tracker_keeps():
    steps = make("gradient_norm_tracker { decay: 0.75 }")
    e = float(np.e)
    # log(1 + norm) is 1, then 2, then log(1.01): norms below .01 count as .01.
    assert accepted(steps, e - 1, e**2 - 1, 0.0) == [True] * 3
    total, log_sum, squares, weight = (variable.numpy() for variable in steps.variables_to_save)
    assert total == 0
    # .75 (.75 (.25 * 1) + .25 * 2) + .25 * .00995033; squares with 1, 4, .0000990091.
    assert log_sum == pytest.approx(0.140625 + 0.375 + 0.0024875827, rel=1e-6)
    assert squares == pytest.approx(0.140625 + 0.75 + 0.0000247523, rel=1e-6)
    assert weight == pytest.approx(1 - 0.75**3)


def test_an_outlier_is_rejected_once_there_is_enough_to_judge_by():
    # The weight is 1 - 2^-n: .75 after two steps, .875 after three.
    logs = [1.0, 2.0, 1.0]
    steps = make("gradient_norm_tracker { decay: 0.5 deviations: 2 }")
    early = make("gradient_norm_tracker { decay: 0.5 deviations: 2 }")
    assert accepted(early, *np.float32(np.expm1([1.0, 1.0, 9.0]))) == [True] * 3
    accepted(steps, *np.float32(np.expm1(logs)))
    # a = 1 / 8 + 2 / 4 + 1 / 2 = 1.125, q = 1 / 8 + 4 / 4 + 1 / 2 = 1.625, w = .875: mean 1.285714,
    # variance 1.857143 - 1.653061 = .204082, limit 1.285714 + 2 * .451754 = 2.189222.
    assert accepted(steps, np.expm1(2.19)) == [False]
    assert int(steps.total) == 1
    _, log_sum, squares, weight = (variable.numpy() for variable in steps.variables_to_save)
    # It entered at the limit: half of 1.125 + 2.189222 and of 1.625 + 4.792692.
    assert log_sum == pytest.approx(1.657111, rel=1e-5)
    assert squares == pytest.approx(3.208846, rel=1e-5)
    assert weight == pytest.approx(0.9375)


def test_just_below_the_limit_is_accepted():
    steps = make("gradient_norm_tracker { decay: 0.5 deviations: 2 }")
    assert accepted(steps, *np.float32(np.expm1([1.0, 2.0, 1.0, 2.189]))) == [True] * 4


def test_by_default_the_first_277_steps_are_accepted():
    steps = make("gradient_norm_tracker {}")
    norms = [1.0, 1.5] * 138
    assert all(accepted(steps, *norms, 1e6))
    assert accepted(make("gradient_norm_tracker {}"), *norms, 1.0, 1e6)[-1] is False


def test_equal_norms_are_no_outliers():
    steps = make("gradient_norm_tracker { decay: 0.5 }")
    # The mean of equal numbers may be rounded, and their deviation is 0.
    assert all(accepted(steps, *[1.0] * 20, 1.0))


def test_lasting_growth_is_learned():
    steps = make("gradient_norm_tracker { decay: 0.9 }")
    accepted(steps, *[1.0, 1.5] * 20)
    grown = accepted(steps, *[50.0] * 40)
    assert grown[0] is False
    assert grown[-1] is True


def test_the_tracker_does_not_see_what_is_above_the_bound():
    steps = make("reject_above_norm: 10 gradient_norm_tracker { decay: 0.5 }")
    accepted(steps, 1.0)
    before = [variable.numpy() for variable in steps.variables_to_save[1:]]
    assert accepted(steps, 11.0) == [False]
    assert [variable.numpy() for variable in steps.variables_to_save[1:]] == before
