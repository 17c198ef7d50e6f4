"""Training follows scores, of its own process and of another's, and ends or slows down by them.

The score is the mean size of a batch of the test set: it is the same at every step, whatever the
model has learned, so that the first score remains the best one.
"""

import json
import random
import signal

import pytest
from tiny_experiment import Trainer, assert_same_values, saved_values, train, write_experiment

SCORE = 'input: "Test" metric: "num_examples_in_batch" goal: MAXIMIZE'


@pytest.fixture(scope="module")
def directory(tmp_path_factory):
    directory = tmp_path_factory.mktemp("experiment")
    write_experiment(directory)
    return directory


def config(directory, name, learner="", trains=""):
    """Writes an experiment that extends the tiny one; returns the flag that names it."""
    path = directory / f"{name}.textproto"
    path.write_text(
        f'extends: "./tiny.textproto"\nlearner {{ {learner} }}\n'
        f"train {{ max_steps: 400 {trains} }}\n"
    )
    return f"--config={path}"


@pytest.fixture(scope="module")
def stops(directory):
    # A save every 20 steps; 20 is the best one, and 60 the first that is more than 39 later.
    return config(
        directory, "stops", trains=f"early_stop {{ score {{ {SCORE} }} window_steps: 39 }}"
    )


def test_a_training_ends_early_and_counts_as_finished(stops, tmp_path):
    flags = [stops, f"--logdir={tmp_path}"]
    ended = train(*flags)
    assert ended.code == 0, ended.err
    reason = (
        "train: early stop at step 60 of 400: eval_test num_examples_in_batch 13.3333 of step 20 was not "
        "bettered up to step 60 (train.early_stop.window_steps: 39)\ndone: step 60"
    )
    assert reason in ended.out
    mark = json.loads((tmp_path / "train" / "finished").read_text())
    assert mark == {"step": 60, "max_steps": 400}
    before = saved_values(tmp_path)

    again = train(*flags)
    assert again.code == 0, again.err
    assert reason in again.out
    assert "first step done" not in again.out
    assert saved_values(tmp_path).keys() == before.keys()
    assert saved_values(tmp_path)["global_step"] == 60

    evaler = train(*flags, "--job=evaler_test")
    assert evaler.code == 0, evaler.err
    assert "training has finished; its last checkpoint, of step 60, is done" in evaler.out


def test_the_scores_of_another_process_end_it_and_both_end(stops, tmp_path):
    flags = [stops, f"--logdir={tmp_path}", "--set=train.max_steps=1000000"]
    with Trainer(*flags, "--job=evaler_test") as evaler:
        with Trainer(*flags, "--job=trainer") as trainer:
            trained = trainer.end()
        scored = evaler.end()
    assert trained.code == 0, trained.err
    assert "train: early stop at step " in trained.out
    assert scored.code == 0, scored.err
    step = int(saved_values(tmp_path)["global_step"])
    assert f"its last checkpoint, of step {step}, is done" in scored.out
    last = (tmp_path / "eval_test" / "scores.jsonl").read_text().splitlines()[-1]
    assert json.loads(last)["step"] == step


def test_a_metric_that_no_score_has_ends_the_training_with_its_name(directory, tmp_path):
    score = 'input: "Test" metric: "accurracy" goal: MAXIMIZE'
    flag = config(
        directory, "wrong", trains=f"early_stop {{ score {{ {score} }} window_steps: 39 }}"
    )
    ended = train(flag, f"--logdir={tmp_path}")
    assert ended.code == 1
    assert 'scores.jsonl: there is no metric "accurracy"; did you mean "accuracy"?' in ended.err
    assert saved_values(tmp_path)["global_step"] == 20


def rates(logdir):
    lines = (logdir / "train" / "scores.jsonl").read_text().splitlines()
    records = [json.loads(line) for line in lines]
    return {record["step"]: record["metrics"]["learning_rate"] for record in records}


def test_a_schedule_that_follows_scores_goes_on_exactly(directory, tmp_path):
    plateau = f"reduce_on_plateau {{ score {{ {SCORE} }} window_steps: 45 }}"
    flag = config(directory, "plateau", learner=f"schedule {{ {plateau} }}")
    unbroken, broken = tmp_path / "unbroken", tmp_path / "broken"
    ended = train(flag, f"--logdir={unbroken}")
    assert ended.code == 0, ended.err
    # 80 - 20 > 45, and the next checkpoint, 100, takes it; then every 60 steps.
    by_step = rates(unbroken)
    assert by_step[100] == pytest.approx(1e-3)
    assert by_step[110] == by_step[160] == pytest.approx(5e-4)
    assert by_step[170] == pytest.approx(2.5e-4)

    moments = random.Random(7)
    for step in (60, 160, 240):
        with Trainer(flag, f"--logdir={broken}") as trainer:
            trainer.wait_for(f"saved ckpt-{step:08d}")
            assert trainer.kill_after(moments.uniform(0, 0.3)).code == -signal.SIGKILL
    ended = train(flag, f"--logdir={broken}")
    assert ended.code == 0, ended.err
    assert_same_values(broken, unbroken)
    assert rates(broken) == by_step
