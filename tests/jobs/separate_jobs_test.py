"""The jobs as processes of their own."""

import json
import re

import pytest
from tiny_experiment import Trainer, train, write_experiment


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    return f"--config={write_experiment(tmp_path_factory.mktemp('experiment'))}"


def steps_scored(path):
    return [json.loads(line)["step"] for line in path.read_text().splitlines()]


def test_an_evaler_and_a_controller_beside_a_trainer_end_by_themselves(config, tmp_path):
    logdir = f"--logdir={tmp_path}"
    with Trainer(config, logdir, "--job=controller,EVALER_Test") as follower:
        follower.wait_for(f"waiting for the first checkpoint in {tmp_path}/train")
        assert train(config, logdir, "--job=trainer").code == 0
        ended = follower.end()
    assert ended.code == 0, ended.err
    assert "controller: step: 60, ckpt-00000060 is whole" in ended.out
    assert "eval_test: step: 60, acc5: " in ended.out
    end = "training has finished; its last checkpoint, of step 60, is done"
    assert f"controller: {end}\neval_test: {end}\n" in ended.out
    assert (tmp_path / "control" / "train.pbtxt").exists()
    scores = tmp_path / "eval_test" / "scores.jsonl"
    assert steps_scored(scores)[-1] == 60
    before = scores.read_text()

    again = train(config, logdir, "--job=evaler_test")
    assert again.code == 0, again.err
    assert "step: 60, acc5" not in again.out
    assert f"eval_test: {end}\n" in again.out
    assert scores.read_text() == before

    on_train = train(config, logdir, "--job=evaler_train")
    assert on_train.code == 0, on_train.err
    record = json.loads((tmp_path / "eval_train" / "scores.jsonl").read_text())
    assert record["step"] == 60
    # 100 images in batches of 16: six full ones, and one that is padded.
    assert record["metrics"]["num_examples_in_batch"] == pytest.approx(100 / 7)

    # In another process as in the trainer's own: the same weights (the averages), the same scores.
    local = tmp_path / "local"
    assert train(config, f"--logdir={local}").code == 0
    last_line = (local / "eval_test" / "scores.jsonl").read_text().splitlines()[-1]
    here, there = json.loads(last_line), json.loads(before.splitlines()[-1])
    assert here["metrics"] == pytest.approx(there["metrics"], rel=1e-6)


def test_an_evaler_without_a_trainer_gives_up(config, tmp_path):
    ended = train(
        config,
        f"--logdir={tmp_path}",
        "--job=evaler_test",
        "--set=eval.checkpoint_timeout_seconds=0.5",
    )
    assert ended.code == 1
    assert f"error: {tmp_path}/train: no checkpoint after step -1 within 0.5 s" in ended.err


def test_those_who_follow_need_no_training_data(tmp_path):
    config = write_experiment(tmp_path)
    flags = [f"--config={config}", f"--logdir={tmp_path}/log"]
    assert train(*flags, "--job=trainer").code == 0
    (tmp_path / "train.tfrecord").unlink()
    ended = train(*flags, "--job=controller,evaler_test")
    assert (ended.code, ended.err) == (0, "")
    graph = (tmp_path / "log" / "control" / "train.pbtxt").read_text()
    assert 'op: "IteratorGetNext"' in graph
    assert steps_scored(tmp_path / "log" / "eval_test" / "scores.jsonl") == [60]


def test_an_evaler_of_a_longer_training_waits_for_it(config, tmp_path):
    flags = [config, f"--logdir={tmp_path}"]
    assert train(*flags, "--job=trainer").code == 0
    longer = "--set=train.max_steps=80"
    with Trainer(*flags, longer, "--job=evaler_test") as evaler:
        evaler.wait_for("eval_test: step: 60, ")
        evaler.wait_for(r"waiting for a checkpoint after step 60 .*ended at step 60 of 80")
        assert train(*flags, longer, "--job=trainer").code == 0
        ended = evaler.end()
    assert ended.code == 0, ended.err
    assert "its last checkpoint, of step 80, is done" in ended.out


def test_one_checkpoint_can_be_evaluated_once_more(config, tmp_path):
    logdir = f"--logdir={tmp_path}"
    assert train(config, logdir, "--job=trainer").code == 0
    ended = train(config, logdir, "--job=evaler_once_test@40")
    assert (ended.code, ended.err) == (0, "")
    assert re.search(
        r"^eval_test: step: 40, .*\neval_test: ckpt-00000040 is done$", ended.out, re.M
    )
    scores = tmp_path / "eval_test" / "scores.jsonl"
    assert steps_scored(scores) == [40]
    assert train(config, logdir, "--job=evaler_once_test@40").code == 0
    first, second = (json.loads(line)["metrics"] for line in scores.read_text().splitlines())
    assert first == second
    missing = train(config, logdir, "--job=evaler_once_test@41")
    assert (missing.code, missing.err) == (
        1,
        f"error: {tmp_path}/train: there is no checkpoint of step 41; there are those of 20, 40, 60\n",
    )
