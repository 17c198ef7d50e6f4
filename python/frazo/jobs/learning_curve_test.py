from frazo.jobs.learning_curve import draw_learning_curve
from frazo.jobs.score_log import ScoreLog


def test_two_points_make_a_picture(tmp_path):
    for step in (10, 20):
        ScoreLog(tmp_path / "train").append(step, {"loss": 1 / step})
        ScoreLog(tmp_path / "eval_test").append(step, {"loss": 2 / step, "accuracy": step / 20})
    path = draw_learning_curve(tmp_path)
    assert path == tmp_path / "curve.png"
    assert path.read_bytes().startswith(b"\x89PNG")


def test_one_point_makes_none(tmp_path):
    ScoreLog(tmp_path / "train").append(10, {"loss": 1.0})
    assert draw_learning_curve(tmp_path) is None
    assert not (tmp_path / "curve.png").exists()
