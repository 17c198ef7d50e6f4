"""Decodes an input of numbers with a task that outputs their squares."""

import io
import json

import numpy as np
import pytest
import tensorflow as tf
from frazo.evaluate import decoded_set, scored_set
from frazo.input.lost_records import LostRecords
from frazo.layers.place import Place
from frazo.program.console import Console
from frazo.program.errors import JobError
from frazo.proto import decode_loop_pb2, experiment_pb2
from frazo.tasks.decoder import Decoder, DecodingScores, Scorer
from frazo.tasks.task import Task


class Squares(Decoder):
    search = "power: 2"

    def decode(self, batch):
        return {"square": batch["x"] ** 2 + MODEL_WEIGHT}

    def records(self, outputs):
        return [{"square": int(square)} for square in outputs["square"]]

    def scorer(self):
        return Total()

    def figures(self, outputs, row):
        return {} if row == 1 else {"digits": f"<i>{outputs['square'][row]}</i>"}

    def page(self, name, title, figures, scores):
        return f"{name} of {title}: {''.join(figures)}, {scores.metrics['total']}"


class Total(Scorer):
    curves = None

    def __init__(self):
        self.total = 0.0

    def add(self, outputs, records):
        assert [record["square"] for record in records] == list(outputs["square"])
        self.total += float(sum(outputs["square"]))

    def result(self):
        return DecodingScores({"total": self.total}, {"total": "sum"}, self.curves)


class DecodedTask(Task):
    def loss(self, batch, context):
        raise AssertionError("decoding does not train")

    evaluate = num_examples = loss


class SquareTask(DecodedTask):
    def decoder(self, texts):
        return Squares()


MODEL_WEIGHT = tf.Variable(100, dtype=tf.int64)


class Model:
    """A model whose weights for evaluation make MODEL_WEIGHT 0."""

    def __init__(self, task):
        self.task = task

    def evaluation_weights(self):
        return self

    def __enter__(self):
        MODEL_WEIGHT.assign(0)

    def __exit__(self, *_):
        MODEL_WEIGHT.assign(100)


class Numbers:
    num_examples = None

    def __init__(self, count, order):
        self.count = count if order is None else len(order)
        self.order = order

    def numbered_dataset(self):
        """The numbers in the order of the file, or what there is of them in `order`."""
        x = np.arange(self.count) if self.order is None else np.array(self.order)
        return tf.data.Dataset.from_tensor_slices(({"x": x}, x)).batch(2)

    def lost_records(self):
        """The batcher left out whatever there is beyond five."""
        return LostRecords(5, {"too_long": 5 - self.count} if self.count < 5 else {})


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def decoded(tmp_path, monkeypatch):
    """Makes a DecodedSet of the numbers from 0 on, and its output."""

    def make(count=5, task_class=SquareTask, order=None, **settings):
        monkeypatch.setattr(scored_set, "build_one_pass_input", lambda *_: Numbers(count, order))
        experiment = experiment_pb2.Experiment()
        experiment.decode.CopyFrom(decode_loop_pb2.DecodeLoop(**settings))
        experiment.inputs["Test"].pipeline.SetInParent()
        out = Terminal()
        made = decoded_set.DecodedSet("Test", experiment, tmp_path, Console(out, out))
        made.prepare(Model(task_class(None, Place(seed=0), input_spec={})))
        return made, out

    return make


def go_on():
    return False


def test_outputs_figures_and_scores_of_the_evaluation_weights(decoded, tmp_path):
    made, out = decoded()
    assert made.wants(20)
    made.score(20, go_on)
    made.close()
    directory = tmp_path / "decode_test"
    lines = (directory / "00000020.jsonl").read_text().splitlines()
    assert [json.loads(line)["square"] for line in lines] == [0, 1, 4, 9, 16]
    # The second example of each batch of two has no figure.
    page = (directory / "digits_00000020.html").read_text()
    assert page == "digits of decode_test, step 20: <i>0</i><i>4</i><i>16</i>, 30.0"
    record = json.loads((directory / "scores.jsonl").read_text())
    assert record["step"] == 20
    assert record["metrics"]["total"] == 30
    assert record["metrics"]["num_examples"] == 5
    assert record["metrics"]["examples_per_second"] > 0
    assert (record["search"], record["signatures"]) == ("power: 2", {"total": "sum"})
    assert "decode_test: step: 20, examples_per_second: " in out.getvalue()
    assert "decode_test: step: 20, 4 examples, " in out.getvalue()
    assert list(directory.glob("*.frazo-tmp")) == []
    assert len(list(directory.glob("events*"))) == 1


def test_curves_of_the_scores_are_kept(decoded, tmp_path, monkeypatch):
    made, _ = decoded()
    made.score(20, go_on)
    assert list(tmp_path.glob("decode_test/curves_*")) == []
    monkeypatch.setattr(Total, "curves", {"precisions": [1, 0.5, None]})
    made.score(40, go_on)
    kept = (tmp_path / "decode_test/curves_00000040.json").read_text()
    assert kept == '{"precisions": [1, 0.5, null]}\n'


def test_what_the_input_lost_stands_beside_the_scores(decoded, tmp_path):
    made, out = decoded(count=3)
    made.score(20, go_on)
    assert "total: 5.0000, lost: 2 too long of 5 records\n" in out.getvalue()
    lost = {"records": 5, "too_long": 2}
    assert made.records[20]["lost"] == lost
    assert made.lost(20) == "2 too long of 5 records"
    assert made.lost(40) == ""
    assert json.loads((tmp_path / "decode_test/scores.jsonl").read_text())["lost"] == lost


def test_records_are_in_the_order_and_number_of_the_file(decoded, tmp_path):
    # As buckets give them; records 1 and 2 of five were left out.
    made, _ = decoded(order=[4, 0, 3])
    made.score(20, go_on)
    lines = (tmp_path / "decode_test/00000020.jsonl").read_text().splitlines()
    assert [json.loads(line) for line in lines] == [
        {"square": 0},
        {"left_out": "too long"},
        {"left_out": "too long"},
        {"square": 9},
        {"square": 16},
    ]
    assert made.metrics(20)["num_examples"] == 3


def test_a_part_of_the_input_is_in_order_without_the_rest(decoded, tmp_path):
    made, _ = decoded(order=[4, 0, 3], max_examples=2)
    made.score(20, go_on)
    lines = (tmp_path / "decode_test/00000020.jsonl").read_text().splitlines()
    assert [json.loads(line) for line in lines] == [{"square": 0}, {"square": 16}]


def test_without_losses_nothing_is_said_of_them(decoded, tmp_path):
    made, out = decoded()
    made.score(20, go_on)
    assert "lost" not in out.getvalue()
    assert "lost" not in (tmp_path / "decode_test/scores.jsonl").read_text()


def test_a_second_pass_knows_how_many_there_are(decoded):
    made, out = decoded()
    made.score(20, go_on)
    made.score(40, go_on)
    assert "decode_test: step: 40, 2/5 examples, " in out.getvalue()


def test_a_score_is_made_again_only_for_other_settings(decoded):
    made, _ = decoded()
    made.score(20, go_on)
    assert not made.wants(20)
    again, _ = decoded()
    assert not again.wants(20)
    fewer, _ = decoded(max_examples=3)
    assert fewer.wants(20)
    fewer.score(20, go_on)
    assert fewer.metrics(20)["total"] == 5
    assert not fewer.wants(20)
    assert again.metrics(20)["total"] == 30


def test_steps_before_the_start_are_passed_over(decoded):
    made, _ = decoded(start_step=10)
    assert not made.wants(9)
    assert made.wants(10)


def test_no_figures_no_page(decoded, tmp_path):
    made, _ = decoded(max_shown_examples=0)
    made.score(20, go_on)
    assert not list(tmp_path.glob("decode_test/*.html"))


def test_what_is_stopped_leaves_nothing(decoded, tmp_path):
    made, _ = decoded()
    made.score(20, lambda: True)
    assert made.wants(20)
    assert not list(tmp_path.glob("decode_test/*"))


def test_an_empty_input_is_an_error(decoded):
    made, _ = decoded(count=0)
    with pytest.raises(JobError) as failure:
        made.score(20, go_on)
    assert str(failure.value) == (
        "inputs.Test: there is no example to decode: lost: 5 too long of 5 records. Correct the files, "
        "or the input's filters and the bounds of its batcher."
    )


def test_a_task_that_outputs_nothing_is_an_error(decoded):
    with pytest.raises(JobError) as failure:
        decoded(task_class=DecodedTask)
    assert str(failure.value) == (
        "inputs.Test: DecodedTask outputs nothing that could be decoded. Evaluate it instead "
        "(--job=evaler_NAME)."
    )
