import frazo.input.image_input  # noqa: F401
import numpy as np
import pytest
import tensorflow as tf
from frazo.evaluate.evaluation import Evaluation
from frazo.experiment.parts import build_one_pass_input
from frazo.layers.place import Place
from frazo.program.errors import JobError
from frazo.proto import eval_loop_pb2, experiment_pb2
from frazo.tasks.task import EvalOutput, Task


class Numbers:
    """Five numbers in batches of two; the last batch is padded with weight 0."""

    num_examples = 5

    def dataset(self):
        return tf.data.Dataset.from_tensor_slices(
            {
                "x": np.array([[1, 2], [3, 4], [5, 99]], np.float32),
                "weight": np.array([[1, 1], [1, 1], [1, 0]], np.float32),
            }
        )


class MeanTask(Task):
    def loss(self, batch, context):
        raise AssertionError("an evaluation does not train")

    def evaluate(self, batch, context):
        weight = tf.reduce_sum(batch["weight"])
        mean = tf.reduce_sum(batch["x"] * batch["weight"]) / weight
        odd = tf.logical_and(batch["x"] % 2 == 1, batch["weight"] > 0)
        return EvalOutput({"mean": (mean, weight)}, {"x": batch["x"], "is_shown": odd})

    def num_examples(self, batch):
        return tf.math.count_nonzero(batch["weight"])


TASK = MeanTask(None, Place(seed=0), input_spec={})


def evaluation(**settings):
    return Evaluation(TASK, 301, Numbers(), eval_loop_pb2.EvalLoop(**settings))


def test_padding_does_not_count():
    result = evaluation().run()
    # (1 + 2 + 3 + 4 + 5) / 5.
    assert (result.metrics, result.num_examples) == ({"mean": 3.0}, 5)


class MeasuringTask(MeanTask):
    def evaluate(self, batch, context):
        context.add_metric("layer/load", batch["x"][0], batch["weight"][0])
        return super().evaluate(batch, context)


def test_what_layers_measure_is_reported_too():
    task = MeasuringTask(None, Place(seed=0), input_spec={})
    metrics = Evaluation(task, 301, Numbers(), eval_loop_pb2.EvalLoop()).run().metrics
    # (1 + 3 + 5) / 3.
    assert metrics == {"mean": 3.0, "layer/load": 3.0}


def test_the_same_evaluation_can_be_run_again():
    twice = evaluation()
    assert twice.run() == twice.run()


def test_stops_after_the_batch_that_completes_max_examples():
    result = evaluation(max_examples=3).run()
    assert result.metrics == {"mean": 2.5}


def test_the_first_errors_are_shown_as_rows():
    rows = evaluation(max_shown_errors=2).run().shown
    assert [(row["x"], row["is_shown"]) for row in rows] == [(1.0, True), (3.0, True)]
    assert evaluation(max_shown_errors=0).run().shown == []


def test_a_stop_request_gives_no_result():
    assert evaluation().run(should_stop=lambda: True) is None


def test_one_pass_of_a_shuffled_input_is_in_order_and_ends(tmp_path):
    path = tmp_path / "digits.tfrecord"
    with tf.io.TFRecordWriter(str(path)) as records:
        for label in range(5):
            feature = {
                "image": tf.train.Feature(bytes_list=tf.train.BytesList(value=[bytes(4)])),
                "label": tf.train.Feature(int64_list=tf.train.Int64List(value=[label])),
            }
            example = tf.train.Example(features=tf.train.Features(feature=feature))
            records.write(example.SerializeToString())
    experiment = experiment_pb2.Experiment(seed=1)
    message = experiment.inputs["Train"].image
    message.records.files.append(str(path))
    message.batch_size, message.height, message.width, message.shuffle = 2, 2, 2, True
    source = build_one_pass_input(experiment, "Train")
    labels = [batch["label"].numpy().tolist() for batch in source.dataset()]
    assert labels == [[0, 1], [2, 3], [4, 0]]
    assert message.shuffle


def test_an_input_without_its_file_is_named():
    experiment = experiment_pb2.Experiment()
    message = experiment.inputs["Test"].image
    message.records.files.append("/none/digits.tfrecord")
    message.batch_size, message.height, message.width = 2, 2, 2
    with pytest.raises(JobError, match=r"^inputs\.Test: .*/none/digits\.tfrecord"):
        build_one_pass_input(experiment, "Test")
