"""Some steps teach a small StarNet all cars of eight scenes."""

import pytest
import tensorflow as tf
from frazo.layers.place import Place
from frazo.layers.step_context import StepContext
from frazo.learn.learner import Learner
from frazo.proto import learner_pb2, point_detection_pb2
from frazo.tasks.car.detection_decoder import DetectionDecoder
from frazo.tasks.car.point_detection import PointDetection
from frazo.tasks.car.small_scenes import ANCHORS, make_batch
from google.protobuf import text_format

_STEPS = 250
_TASK = """
    network {
      featurizer {
        units: 16
        blocks { hidden_units: 64 units: 32 }
        blocks { hidden_units: 64 units: 32 }
        batch_norm { decay: 0.9 }
      }
      offset_units: 32
    }
    classes { name: "Car" score_threshold: 0.5 }
    loss { direction_aware: true }
    least_visible_share: 0.65
"""
_LEARNER = f"""
    learning_rate: 5e-3
    schedule {{ cosine_decay {{ decay_end: {_STEPS} end: 0.01 }} }}
    optimizer {{ adam {{}} }}
    clip_global_norm: 5
"""


def train(task, batch):
    """Trains on the batch alone."""
    learner = Learner(text_format.Parse(_LEARNER, learner_pb2.Learner()), task.variables)

    @tf.function(autograph=False)
    def step(number):
        context = StepContext.for_training(seed=1, global_step=number)
        with tf.GradientTape() as tape:
            loss, _ = task.loss(batch, context)
            mean = loss.mean
        learner.step(loss, tape.gradient(mean, learner.weights), context, number)

    for number in range(_STEPS):
        step(tf.constant(number, tf.int64))


def test_eight_scenes_are_learnt_to_an_average_precision_of_100():
    batch = {name: tf.constant(value) for name, value in make_batch(8, seed=1).items()}
    spec = {name: tf.TensorSpec(value.shape, value.dtype) for name, value in batch.items()}
    message = text_format.Parse(_TASK, point_detection_pb2.PointDetection(anchors=ANCHORS))
    task = PointDetection(message, Place(seed=1), input_spec=spec)
    train(task, batch)
    # Far from what would cost anything: IoUs of 0.9 and more, headings within a degree.
    metrics = task.evaluate(batch, StepContext.for_evaluation(seed=0)).metrics
    assert float(metrics["error/center_distance"][0]) < 0.1
    assert abs(float(metrics["error/rotation_deg"][0])) < 1
    decoder = DetectionDecoder(task.detect, message, ["Background", "Car"])
    decode = tf.function(decoder.decode, autograph=False)
    outputs = {name: value.numpy() for name, value in decode(batch).items()}
    scorer = decoder.scorer()
    scorer.add(outputs, decoder.records(outputs))
    scores = scorer.result().metrics
    for name in ("AP_moderate", "AP_birds_eye_moderate", "AP_image_moderate", "AOS_moderate"):
        assert scores[f"Car/{name}"] == pytest.approx(100, abs=0.1), name
