from frazo.proto import coordination_pb2
from frazo_tools.launch.run_table import Row, headline, printable, rows_of, table_lines


def test_rows_of_a_run():
    status = coordination_pb2.RunStatus(state="training", generation=2)
    status.progress.checkpoint_step = 100
    worker = status.members.add(heartbeat_age_seconds=0.31)
    worker.name.job, worker.name.index = "worker", 1
    worker.status.state, worker.status.step, worker.status.max_steps = "training", 120, 2000
    worker.status.steps_per_second, worker.status.loss, worker.status.message = 25.341, 0.5, "hello"
    lost = status.members.add(life=coordination_pb2.RunStatus.Member.LOST, message="no word\nof it")
    lost.name.job = "evaler_test"
    assert rows_of(status) == [
        Row("worker 1", "training", "120/2000", "25.34", "0.5000", "0.3 s", "hello"),
        Row("evaler_test", "lost", message="no word"),
    ]
    assert headline(status) == "run: training, generation 2, checkpoint 100"


def test_the_message_takes_what_is_left_of_the_width():
    rows = [Row("worker 0", "training", "1/20", "2.00", "0.5", "0.1 s", "a long message " * 9)]
    head, row = table_lines(rows, 70)
    assert head == "task      state     step  steps/s  loss  heartbeat  message"
    assert row == "worker 0  training  1/20     2.00   0.5      0.1 s  a long message a l"
    assert len(row) == 70


def test_a_loss_that_is_no_number_is_not_shown():
    status = coordination_pb2.RunStatus()
    status.members.add().status.loss = float("nan")
    assert rows_of(status)[0].loss == ""


def test_a_terminal_obeys_nothing_of_a_text():
    assert printable("a\x1b[2Jb\rc\x07\u202ed") == "a [2Jb c  d"
    (_, row) = table_lines([Row("x", "\x1b[31mred")], 80)
    assert "\x1b" not in row
