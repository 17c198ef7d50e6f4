import math

import tensorflow as tf
from frazo.learn.nonfinite import NonfiniteSteps

_GOOD = (1.0, [4.0, 9.0])


def check(steps, loss, squared_norms):
    return bool(steps.check(tf.constant(loss), tf.constant(squared_norms)))


def make():
    return NonfiniteSteps(["fc/kernel", "fc/bias"])


def test_good_step_counts_nothing():
    steps = make()
    assert check(steps, *_GOOD)
    assert (int(steps.total), int(steps.in_a_row), steps.culprit) == (0, 0, None)


def test_run_is_counted_and_ends_with_a_good_step():
    steps = make()
    assert not check(steps, math.nan, [1.0, 1.0])
    assert not check(steps, 1.0, [math.inf, 1.0])
    assert (int(steps.total), int(steps.in_a_row)) == (2, 2)
    assert check(steps, *_GOOD)
    assert (int(steps.total), int(steps.in_a_row), steps.culprit) == (2, 0, None)


def test_culprit_is_the_loss_or_the_first_variable():
    for loss, squared_norms, name in [
        (math.nan, [math.nan, math.nan], "loss"),
        (-math.inf, [1.0, 1.0], "loss"),
        (1.0, [1.0, math.nan], "fc/bias"),
        (1.0, [math.inf, math.nan], "fc/kernel"),
    ]:
        steps = make()
        check(steps, loss, squared_norms)
        assert steps.culprit == name


def test_culprit_is_what_began_the_run():
    steps = make()
    check(steps, 1.0, [1.0, math.nan])
    check(steps, math.nan, [math.nan, math.nan])
    assert steps.culprit == "fc/bias"


def test_names_of_what_is_saved():
    assert [variable.name for variable in make().variables_to_save] == [
        "learner/nonfinite_total:0",
        "learner/nonfinite_in_a_row:0",
        "learner/nonfinite_culprit:0",
    ]
