import math

import pytest
from frazo.program.errors import JobError
from frazo.proto import followed_score_pb2
from frazo.scores.score_log import FILE_NAME, ScoreLog
from frazo.scores.score_series import RecordedSeries


def series(logdir, metric="loss", **fields):
    score = followed_score_pb2.FollowedScore(input="Dev", metric=metric, **fields)
    return RecordedSeries(score, logdir)


def test_gives_the_values_up_to_a_step_as_they_come(tmp_path):
    recorded = series(tmp_path)
    assert recorded.up_to(100) == {}
    log = ScoreLog(tmp_path / "eval_dev")
    log.append(20, {"loss": 0.5})
    log.append(10, {"loss": 1.5, "accuracy": 0.25})
    assert recorded.up_to(100) == {10: 1.5, 20: 0.5}
    assert recorded.up_to(19) == {10: 1.5}
    log.append(20, {"loss": 0.25})
    assert recorded.up_to(20) == {10: 1.5, 20: 0.25}


def test_scores_of_a_decoder_are_in_its_directory(tmp_path):
    ScoreLog(tmp_path / "decode_dev").append(20, {"bleu": 30.5})
    recorded = series(tmp_path, "bleu", decoded=True)
    assert (recorded.label, recorded.up_to(20)) == ("decode_dev", {20: 30.5})


def test_a_torn_last_line_is_not_written_yet(tmp_path):
    log = ScoreLog(tmp_path / "eval_dev")
    log.append(10, {"loss": 1.5})
    whole = (tmp_path / "eval_dev" / FILE_NAME).read_bytes()
    log.append(20, {"loss": 0.5})
    path = tmp_path / "eval_dev" / FILE_NAME
    lines = path.read_bytes()
    for length in range(len(whole), len(lines) - 1):
        path.write_bytes(lines[:length])
        assert series(tmp_path).up_to(100) == {10: 1.5}
    path.write_bytes(lines[:-1])
    assert series(tmp_path).up_to(100) == {10: 1.5, 20: 0.5}


def test_a_value_that_was_not_finite_is_nan(tmp_path):
    ScoreLog(tmp_path / "eval_dev").append(10, {"loss": math.inf})
    assert math.isnan(series(tmp_path).up_to(10)[10])


def test_scores_that_lack_the_metric_are_passed_over(tmp_path):
    log = ScoreLog(tmp_path / "eval_dev")
    log.append(10, {"accuracy": 0.5})
    log.append(20, {"loss": 0.5})
    assert series(tmp_path).up_to(20) == {20: 0.5}


def test_a_metric_that_no_score_has_is_an_error(tmp_path):
    ScoreLog(tmp_path / "eval_dev").append(10, {"accuracy": 0.5})
    with pytest.raises(JobError) as failure:
        series(tmp_path, "acuracy").up_to(10)
    assert str(failure.value).startswith(
        f'{tmp_path}/eval_dev/scores.jsonl: there is no metric "acuracy"; did you mean "accuracy"?'
    )
