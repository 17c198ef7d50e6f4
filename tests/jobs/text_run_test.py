"""A task on texts trains through the pipeline in C++, and goes on exactly after kill -9."""

import json
import random
import shutil
import signal

import pytest
from text_experiment import TEST_LINES, write_text_experiment
from tiny_experiment import Trainer, assert_same_values, saved_values, train

STEPS = 2000


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory):
    """The experiment's flags, and the log directory of a training that nothing interrupted."""
    directory = tmp_path_factory.mktemp("unbroken")
    flags = [
        f"--config={write_text_experiment(directory)}",
        f"--set=train.max_steps={STEPS}",
        "--set=train.save_interval_steps=200",
        "--set=train.log_interval_steps=10",
    ]
    logdir = directory / "log"
    ended = train(*flags, f"--logdir={logdir}")
    assert ended.code == 0, ended.err
    # Batches of many shapes, and not a word of TensorFlow about tracing them anew.
    assert ended.err == ""
    return flags, logdir


def test_it_learns_and_evaluates_every_line_once(unbroken):
    _, logdir = unbroken
    records = (logdir / "eval_test" / "scores.jsonl").read_text().splitlines()
    metrics = json.loads(records[-1])["metrics"]
    # Half of the words give the label away, which is far more than it takes to beat chance, one in three.
    assert metrics["accuracy"] > 0.6
    # The mean over all lines is k / TEST_LINES; another mean would not be.
    right = metrics["accuracy"] * TEST_LINES
    assert right == pytest.approx(round(right), abs=1e-3)


def test_killed_at_random_moments(unbroken, tmp_path):
    flags, expected = unbroken
    moments = random.Random(206)
    flags = [*flags, f"--logdir={tmp_path}", "--job=trainer"]
    for step in (200, 1000):
        with Trainer(*flags) as trainer:
            trainer.wait_for(f"saved ckpt-{step:08d}")
            # It comes no further than 40 lines of 10 steps each, so it is not done before.
            assert trainer.kill_after(moments.uniform(0, 0.3)).code == -signal.SIGKILL
    ended = train(*flags)
    assert ended.code == 0, ended.err
    assert f"train: goes on from {tmp_path}/train/ckpt-" in ended.out
    assert saved_values(tmp_path)["global_step"] == STEPS
    assert_same_values(tmp_path, expected)


def test_what_does_not_change_the_order_of_the_records_may_change(unbroken, tmp_path):
    flags, expected = unbroken
    moved = tmp_path / "moved"
    shutil.copytree(expected.parent, moved, ignore=shutil.ignore_patterns("log"))
    flags = [*flags, f"--logdir={tmp_path}/log", "--job=trainer"]
    assert train(*flags, "--set=train.max_steps=200").code == 0
    pipeline = "inputs.Train.pipeline"
    ended = train(
        *flags,
        f"--set={pipeline}.source.files.files.patterns={moved}/train-*",
        f"--set={pipeline}.processor.steps[1].tokenize.tokenizer.word.vocabulary={moved}/words",
        f"--set={pipeline}.threads=1",
        f"--set={pipeline}.batcher.prefetch_batches=1",
        f"--set={pipeline}.made_by=nobody",
    )
    assert (ended.code, ended.err) == (0, "")
    assert_same_values(tmp_path / "log", expected)


@pytest.fixture(scope="module")
def begun(unbroken, tmp_path_factory):
    """The flags of a training of ten steps, and its log directory."""
    logdir = tmp_path_factory.mktemp("begun")
    flags = [*unbroken[0], "--job=trainer"]
    assert train(*flags, f"--logdir={logdir}", "--set=train.max_steps=10").code == 0
    return flags, logdir


@pytest.mark.parametrize(
    ("change", "difference"),
    [
        (
            "source.files.files.patterns={directory}/train-[01]",
            "the number of files was 3 when it was saved and is 2 now",
        ),
        ("seed=9", "when it was saved and is 9 now"),
        ("batcher.buckets.tokens=120", "batcher.buckets.tokens was 60 and is 120"),
        (
            "processor.steps[2].filter_by_length.max_length=14",
            "processor.steps[2].filter_by_length.max_length was 15 and is 14",
        ),
    ],
)
def test_what_changes_the_order_is_refused(unbroken, begun, change, difference):
    flags, logdir = begun
    change = f"--set=inputs.Train.pipeline.{change.format(directory=unbroken[1].parent)}"
    refused = train(*flags, f"--logdir={logdir}", "--set=train.max_steps=20", change)
    assert refused.code == 1
    prefix = f"{logdir}/train/ckpt-00000010"
    assert refused.err.startswith(
        f"error: {prefix}: inputs.Train cannot go on where the checkpoint's input stood: "
    )
    assert f"{difference}. Undo this change, or give --input_from_start: " in refused.err
    assert saved_values(logdir)["global_step"] == 10


def test_what_changes_the_order_is_permitted_by_a_flag(begun, tmp_path):
    flags, logdir = begun
    shutil.copytree(logdir, tmp_path / "log")
    flags = [*flags, f"--logdir={tmp_path}/log", "--set=inputs.Train.pipeline.seed=9"]
    # There is nothing to train, so nothing to refuse.
    assert train(*flags, "--set=train.max_steps=10").code == 0
    flags.append("--input_from_start")
    permitted = train(*flags, "--set=train.max_steps=20")
    assert permitted.code == 0, permitted.err
    assert "when it was saved and is 9 now" in permitted.err
    assert "As --input_from_start permits, the data begins anew" in permitted.err
    # The flag may stay: what can go on does.
    ended = train(*flags, "--set=train.max_steps=30")
    assert (ended.code, ended.err) == (0, "")
    assert saved_values(tmp_path / "log")["global_step"] == 30


def test_the_place_in_the_stream_is_a_few_kilobytes_of_the_checkpoint(unbroken):
    _, logdir = unbroken
    data = logdir / "train" / f"ckpt-{STEPS:08d}.data-00000-of-00001"
    values = sum(value.nbytes for value in saved_values(logdir).values())
    assert 0 < data.stat().st_size - values < 8000


def test_missing_data_names_the_command_that_makes_it(unbroken, tmp_path):
    flags, _ = unbroken
    files = "--set=inputs.Train.pipeline.source.files.files.patterns=/none/lines"
    ended = train(*flags, files, f"--logdir={tmp_path}")
    assert ended.code == 1
    assert ended.err.startswith("error: inputs.Train: ")
    assert ended.err.endswith(". This makes the files: the test\n")
    assert "/none/lines" in ended.err
