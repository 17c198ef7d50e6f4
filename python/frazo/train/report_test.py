import io

import tensorflow as tf
from frazo.input.lost_records import LostRecords
from frazo.program.console import Console
from frazo.run.progress import Progress
from frazo.scores.score_log import ScoreLog
from frazo.train.group_lost_records import GroupLostRecords
from frazo.train.inner_loop import LoopResult
from frazo.train.report import TrainReport


class Clock:
    seconds = 100.0

    def __call__(self):
        return self.seconds


class Terminal(io.StringIO):
    def isatty(self):
        return True


def result(loss_total, weight, nonfinite=0):
    return LoopResult(
        totals={"loss": loss_total},
        weights={"loss": weight},
        scalars={"learning_rate": 1e-4, "grad_norm": 2.0},
        nonfinite=nonfinite,
        examples=2560,
    )


def test_a_report_is_one_line_one_record_and_one_set_of_scalars(tmp_path):
    out, clock = io.StringIO(), Clock()
    report = TrainReport(tmp_path, 1000, Console(out, io.StringIO()), clock)
    report.begin(0)
    report.add(result(loss_total=10.0, weight=20.0), 10, 10)
    report.add(result(loss_total=5.0, weight=20.0), 10, 20)
    clock.seconds += 5
    # An evaluation took one of the five seconds, so 20 steps took 4 s.
    report.leave_out(1.0)
    report.report(20)
    report.close()
    assert out.getvalue() == (
        "train: step: 20, steps/sec: 5.00, examples/sec: 1280.0, "
        "grad_norm: 2.0000, learning_rate: 0.0001, loss: 0.3750\n"
    )
    assert ScoreLog(tmp_path).read()[20]["metrics"] == {
        "grad_norm": 2.0,
        "learning_rate": 1e-4,
        "loss": 0.375,
    }
    (path,) = tmp_path.glob("events*")
    events = [
        tf.compat.v1.Event.FromString(record.numpy())
        for record in tf.data.TFRecordDataset(str(path))
    ]
    assert events[1].step == 20
    values = {value.tag: value.simple_value for value in events[1].summary.value}
    assert values["loss"] == 0.375
    assert values["steps/sec"] == 5.0
    assert set(values) == {"grad_norm", "learning_rate", "loss", "steps/sec", "examples/sec"}


def test_the_next_report_starts_afresh(tmp_path):
    out, clock = io.StringIO(), Clock()
    report = TrainReport(tmp_path, 1000, Console(out, io.StringIO()), clock)
    for step, loss in [(10, 10.0), (20, 30.0)]:
        report.add(result(loss, weight=20.0), 10, step)
        clock.seconds += 1
        report.report(step)
    assert "step: 20, steps/sec: 10.00, examples/sec: 2560.0" in out.getvalue()
    assert out.getvalue().endswith("loss: 1.5000\n")


def test_what_the_input_lost_is_told_in_the_line_the_record_and_the_scalars(tmp_path):
    out, clock = io.StringIO(), Clock()
    lost = LostRecords(1500, {"bad": 3, "too_long": 12})
    console = Console(out, io.StringIO())
    report = TrainReport(tmp_path, 1000, console, clock, lost=GroupLostRecords(lambda: lost))
    report.add(result(loss_total=10.0, weight=20.0), 10, 10)
    report.report(10)
    report.close()
    assert out.getvalue().endswith("loss: 0.5000, lost: 3 bad, 12 too long of 1,500 records\n")
    record = ScoreLog(tmp_path).read()[10]
    assert record["lost"] == {"records": 1500, "bad": 3, "too_long": 12}
    assert record["metrics"]["loss"] == 0.5
    (path,) = tmp_path.glob("events*")
    *_, event = tf.data.TFRecordDataset(str(path)).as_numpy_iterator()
    values = {v.tag: v.simple_value for v in tf.compat.v1.Event.FromString(event).summary.value}
    assert (values["lost/bad"], values["lost/too_long"]) == (3.0, 12.0)


def test_skipped_steps_are_told(tmp_path):
    err, clock = io.StringIO(), Clock()
    report = TrainReport(tmp_path, 1000, Console(io.StringIO(), err), clock)
    report.add(result(1.0, 1.0, nonfinite=2), 10, 10)
    report.report(10)
    assert err.getvalue() == (
        "warning: train: 2 of the last 10 steps were not finite and were skipped\n"
    )


def test_on_a_terminal_the_live_line_has_bar_rate_loss_and_time_left(tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    out, clock = Terminal(), Clock()
    report = TrainReport(tmp_path, 240, Console(out, io.StringIO()), clock)
    report.begin(0)
    clock.seconds += 2
    report.add(result(loss_total=5.0, weight=20.0), 60, 60)
    # The bar fills a quarter of 24 cells; 180 steps at 30 a second take 6 s.
    bar = "=" * 6 + " " * 18
    assert out.getvalue() == (f"\r\x1b[K[{bar}] 60/240  30.0 steps/s  loss 0.2500  ETA 0:06")


def test_on_a_terminal_the_last_report_takes_the_place_of_the_live_line(tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    out, clock = Terminal(), Clock()
    report = TrainReport(tmp_path, 20, Console(out, io.StringIO()), clock)
    for step in (10, 20):
        clock.seconds += 2
        report.add(result(loss_total=5.0, weight=20.0), 10, step)
        report.report(step)
    assert "train: step" not in out.getvalue()
    report.close()
    *_, last = out.getvalue().split("\r\x1b[K")
    assert last.startswith("train: step: 20, steps/sec: 5.00, ")
    assert out.getvalue().count("train: step") == 1


def test_a_worker_whose_results_another_one_reports_only_tells_its_progress():
    out, progress = io.StringIO(), Progress()
    report = TrainReport(None, 100, Console(out, out), clock=Clock(), progress=progress)
    report.begin(0)
    report.add(LoopResult({"loss": 6.0}, {"loss": 2.0}, {}, 0, 8), 4, 4)
    report.report(4)
    report.close()
    assert out.getvalue() == ""
    assert (progress.step, progress.loss) == (4, 3.0)
