from frazo.scores.learning_curve import draw_learning_curve
from frazo.scores.score_log import ScoreLog


def test_two_points_make_a_picture(tmp_path):
    for step in (10, 20):
        ScoreLog(tmp_path / "train").append(step, {"loss": 1 / step})
        ScoreLog(tmp_path / "eval_test").append(step, {"loss": 2 / step, "accuracy": step / 20})
    path = draw_learning_curve(tmp_path, ["loss", "accuracy"])
    assert path == tmp_path / "curve.png"
    assert path.read_bytes().startswith(b"\x89PNG")


def test_what_was_decoded_has_a_picture_beside_them(tmp_path):
    for step in (10, 20):
        ScoreLog(tmp_path / "train").append(step, {"loss": 1 / step})
        ScoreLog(tmp_path / "decode_test").append(step, {"bleu": step, "chrf": 2 * step})
    png = draw_learning_curve(tmp_path, ["loss", "accuracy", "bleu", "loss"]).read_bytes()
    # The width stands behind the signature and the head of the first chunk: two pictures of 600 pixels.
    assert int.from_bytes(png[16:20], "big") == 1200


def test_one_point_makes_none(tmp_path):
    ScoreLog(tmp_path / "train").append(10, {"loss": 1.0})
    assert draw_learning_curve(tmp_path, ["loss"]) is None
    assert not (tmp_path / "curve.png").exists()
