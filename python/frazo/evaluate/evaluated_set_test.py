"""Evaluating an input of numbers with a task that takes their mean."""

import contextlib
import io
import json

import numpy as np
import pytest
import tensorflow as tf
from frazo.evaluate import scored_set
from frazo.evaluate.evaluated_set import EvaluatedSet
from frazo.input.lost_records import NOTHING_LOST, LostRecords
from frazo.layers.place import Place
from frazo.program.console import Console
from frazo.program.errors import JobError
from frazo.proto import experiment_pb2
from frazo.tasks.task import EvalOutput, Task


class MeanTask(Task):
    def loss(self, batch, context):
        raise AssertionError("an evaluation does not train")

    def evaluate(self, batch, context):
        weight = tf.cast(tf.size(batch["x"]), tf.float32)
        return EvalOutput({"mean": (tf.reduce_mean(batch["x"]), weight)}, {})

    def num_examples(self, batch):
        return tf.size(batch["x"])


class Model:
    seed = 301
    task = MeanTask(None, Place(seed=0), input_spec={})

    def evaluation_weights(self):
        return contextlib.nullcontext()


class Numbers:
    num_examples = None

    def __init__(self, count, lost):
        self._count, self._lost = count, lost

    def dataset(self):
        return tf.data.Dataset.from_tensor_slices(
            {"x": np.arange(self._count, dtype=np.float32)}
        ).batch(2)

    def lost_records(self):
        return self._lost


@pytest.fixture
def evaluated(tmp_path, monkeypatch):
    """Makes an EvaluatedSet of numbers from 0 on and what it writes to."""

    def make(count, lost=NOTHING_LOST):
        monkeypatch.setattr(scored_set, "build_one_pass_input", lambda *_: Numbers(count, lost))
        out = io.StringIO()
        made = EvaluatedSet("Test", experiment_pb2.Experiment(), tmp_path, Console(out, out))
        made.prepare(Model())
        return made, out

    return make


def go_on():
    return False


def test_scores_are_said_and_kept(evaluated, tmp_path):
    made, out = evaluated(5)
    made.score(20, go_on)
    assert out.getvalue() == "eval_test: step: 20, mean: 2.0000\n"
    record = json.loads((tmp_path / "eval_test/scores.jsonl").read_text())
    assert (record["step"], record["metrics"]) == (20, {"mean": 2.0})
    assert "lost" not in record


def test_what_the_input_lost_stands_beside_the_scores(evaluated, tmp_path):
    lost = LostRecords(8, {"bad": 1, "too_long": 2}, ("'a': record 1 at byte 9: no number",))
    made, out = evaluated(5, lost)
    made.score(20, go_on)
    made.score(40, go_on)
    # The sample is told once.
    assert out.getvalue() == (
        "warning: eval_test: skipped 'a': record 1 at byte 9: no number\n"
        "eval_test: step: 20, mean: 2.0000, lost: 1 bad, 2 too long of 8 records\n"
        "eval_test: step: 40, mean: 2.0000, lost: 1 bad, 2 too long of 8 records\n"
    )
    line, _ = (tmp_path / "eval_test/scores.jsonl").read_text().splitlines()
    assert json.loads(line)["lost"] == {"records": 8, "bad": 1, "too_long": 2}


def test_metrics_of_no_example_are_an_error(evaluated, tmp_path):
    made, _ = evaluated(0)
    with pytest.raises(JobError) as failure:
        made.score(20, go_on)
    assert str(failure.value) == (
        "inputs.Test: there is no example to evaluate: its files have no records. Correct the files, "
        "or the input's filters and the bounds of its batcher."
    )
    assert not (tmp_path / "eval_test").exists()
