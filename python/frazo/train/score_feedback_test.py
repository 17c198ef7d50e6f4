import io

import pytest
from frazo.program.console import Console
from frazo.proto import early_stop_pb2, followed_score_pb2
from frazo.scores.score_log import ScoreLog
from frazo.train.score_feedback import ScoreFeedback

LOSS = followed_score_pb2.FollowedScore(input="Dev", metric="loss")


class Follower:
    """Keeps what it takes."""

    followed = (LOSS, followed_score_pb2.FollowedScore(input="Dev", metric="bleu", decoded=True))

    def __init__(self):
        self.taken = []

    def take(self, series):
        self.taken.append(series)


def feedback(logdir, followers=(), err=None, **settings):
    message = early_stop_pb2.EarlyStop(score=LOSS, **settings) if settings else None
    return ScoreFeedback(followers, message, logdir, Console(io.StringIO(), err or io.StringIO()))


def record(logdir, losses):
    for step, loss in losses.items():
        ScoreLog(logdir / "eval_dev").append(step, {"loss": loss})


@pytest.mark.parametrize(("window", "stops"), [(1999, True), (2000, False)])
def test_stops_when_the_last_score_is_more_than_the_window_after_the_best(tmp_path, window, stops):
    record(tmp_path, {500: 2.0, 1000: 1.0, 2000: 1.5, 3000: 1.25})
    reason = feedback(tmp_path, window_steps=window).early_stop(3000)
    assert (reason is not None) == stops
    if stops:
        assert reason == (
            "eval_dev loss 1.0000 of step 1000 was not bettered up to step 3000 "
            "(train.early_stop.window_steps: 1999)"
        )


def test_does_not_stop_before_min_steps(tmp_path):
    record(tmp_path, {1000: 1.0, 3000: 1.5})
    assert feedback(tmp_path, window_steps=10, min_steps=3001).early_stop(3500) is None
    assert feedback(tmp_path, window_steps=10, min_steps=3000).early_stop(3500) is not None


def test_does_not_stop_without_a_score_or_a_setting(tmp_path):
    assert feedback(tmp_path, window_steps=1).early_stop(10**6) is None
    record(tmp_path, {1000: 1.0, 3000: 1.5})
    assert feedback(tmp_path).early_stop(3000) is None


def test_scores_of_later_steps_do_not_count_after_an_interruption(tmp_path):
    record(tmp_path, {1000: 1.0, 2000: 1.5, 3000: 1.25})
    stopping = feedback(tmp_path, window_steps=1500)
    assert stopping.early_stop(2999) is None
    assert stopping.early_stop(3000) is not None


def test_a_reason_stays(tmp_path):
    record(tmp_path, {1000: 1.0, 3000: 1.5})
    stopping = feedback(tmp_path, window_steps=1500)
    reason = stopping.early_stop(3000)
    record(tmp_path, {2999: 0.5})
    assert stopping.early_stop(3000) == reason is not None


def test_followers_take_the_scores_of_earlier_steps(tmp_path):
    record(tmp_path, {10: 2.0, 20: 1.0})
    ScoreLog(tmp_path / "decode_dev").append(10, {"bleu": 30.0})
    follower = Follower()
    given = feedback(tmp_path, [follower])
    given.before_checkpoint(20)
    given.before_checkpoint(21)
    assert follower.taken == [[{10: 2.0}, {10: 30.0}], [{10: 2.0, 20: 1.0}, {10: 30.0}]]


def test_warns_once_of_scores_that_do_not_come(tmp_path):
    err = io.StringIO()
    record(tmp_path, {10: 2.0})
    given = feedback(tmp_path, [Follower()], err=err, window_steps=5)
    given.before_checkpoint(10)
    assert err.getvalue() == ""
    given.before_checkpoint(20)
    given.before_checkpoint(30)
    assert err.getvalue() == (
        "warning: train: training follows the scores of decode_dev, and there are none up to step 20. "
        "Does --job=decoder_dev run, with the same --logdir?\n"
    )
