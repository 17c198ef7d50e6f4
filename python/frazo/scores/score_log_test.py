import json

from frazo.scores.score_log import FILE_NAME, ScoreLog


def test_scores_are_json_lines_that_are_read_by_step(tmp_path):
    log = ScoreLog(tmp_path / "eval_test")
    log.append(20, {"loss": 0.5})
    log.append(10, {"loss": 0.75})
    records = log.read()
    assert list(records) == [10, 20]
    assert records[20]["metrics"] == {"loss": 0.5}
    lines = (tmp_path / "eval_test" / FILE_NAME).read_text().splitlines()
    assert [json.loads(line)["step"] for line in lines] == [20, 10]


def test_the_last_line_of_a_step_counts(tmp_path):
    log = ScoreLog(tmp_path)
    log.append(10, {"loss": 0.5})
    log.append(10, {"loss": 0.25})
    assert log.read()[10]["metrics"] == {"loss": 0.25}


def test_a_line_torn_by_a_kill_is_passed_over_and_does_not_spoil_the_next(tmp_path):
    log = ScoreLog(tmp_path)
    log.append(10, {"loss": 0.5})
    path = tmp_path / FILE_NAME
    path.write_bytes(path.read_bytes() + b'{"step": 20, "met')
    assert list(log.read()) == [10]
    log.append(30, {"loss": 0.25})
    assert list(log.read()) == [10, 30]


def test_values_that_are_not_finite_become_null(tmp_path):
    log = ScoreLog(tmp_path)
    log.append(10, {"grad_norm": float("nan"), "loss": 1.0})
    assert log.read()[10]["metrics"] == {"grad_norm": None, "loss": 1.0}
    assert "NaN" not in (tmp_path / FILE_NAME).read_text()


def test_without_a_file_there_are_no_scores(tmp_path):
    assert ScoreLog(tmp_path / "none").read() == {}


def test_details_stand_beside_the_metrics(tmp_path):
    log = ScoreLog(tmp_path)
    log.append(10, {"bleu": 24.5}, {"search": "greedy {}"})
    record = log.read()[10]
    assert (record["metrics"], record["search"]) == ({"bleu": 24.5}, "greedy {}")
