import math

import pytest
from frazo.learn.score_follower import Best, best_of, is_gain
from frazo.proto import followed_score_pb2

LOSS = followed_score_pb2.FollowedScore(input="Dev", metric="loss", tolerance=0.1)
ACCURACY = followed_score_pb2.FollowedScore(input="Dev", metric="accuracy")


@pytest.mark.parametrize(
    ("score", "value", "best", "gains"),
    [
        (LOSS, 0.8, 1.0, True),
        (LOSS, 0.95, 1.0, False),  # By no more than the tolerance.
        (LOSS, 1.2, 1.0, False),
        (ACCURACY, 0.8, 1.0, False),
        (ACCURACY, 1.2, 1.0, True),
        (ACCURACY, 1.0, 1.0, False),
        (ACCURACY, 0.1, math.nan, True),
        (ACCURACY, math.nan, math.nan, False),
        (ACCURACY, math.inf, 0.1, False),
        (LOSS, math.nan, 0.1, False),
    ],
)
def test_a_gain_is_better_by_more_than_the_tolerance(score, value, best, gains):
    assert is_gain(score, value, best) == gains


def test_a_goal_of_its_own_counts_more_than_that_of_the_metric():
    score = followed_score_pb2.FollowedScore(metric="loss", goal="MAXIMIZE")
    assert is_gain(score, 2.0, 1.0)


def test_the_goal_of_an_unknown_metric_must_be_given():
    score = followed_score_pb2.FollowedScore(metric="wit")
    with pytest.raises(ValueError, match='whether "wit" is to fall or to rise is not known; set'):
        is_gain(score, 2.0, 1.0)


def test_the_best_is_the_last_gain():
    # 0.95 and 0.85 are no gains of more than 0.1 over 1 and over 0.9.
    series = {10: 2.0, 20: 1.0, 30: 0.95, 40: 0.89, 50: 0.85, 60: math.nan}
    assert best_of(LOSS, series) == Best(40, 0.89)


def test_the_best_of_values_that_are_not_finite_is_the_first():
    best = best_of(LOSS, {10: math.nan, 20: math.inf})
    assert best.step == 10
    assert math.isnan(best.value)
