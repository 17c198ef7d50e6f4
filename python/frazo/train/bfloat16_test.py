"""Trains experiments whose activations are bfloat16."""

import math

import numpy as np
import pytest
import tensorflow as tf
from frazo.config import load_experiment
from frazo.experiment.model import Model
from frazo.layers.sequence_layout import SequenceLayout
from frazo.layers.step_context import StepContext
from frazo.models.token_model import Tokens
from frazo.proto import experiment_pb2
from frazo.tasks.mt import small_translation
from frazo.train.inner_loop import InnerLoop
from google.protobuf import text_format

_EVALUATION = StepContext.for_evaluation(seed=0)
_IMAGES = {
    "image": tf.random.stateless_uniform([8, 28, 28, 1], [1, 2]),
    "label": tf.constant([0, 1, 2, 3, 4, 5, 6, 7]),
}
_PAIRS = small_translation.make_batch([([4, 5, 6], [6, 7]), ([7, 8], [8, 9, 10])])


def lenet5(compute_dtype):
    overrides = [f"compute_dtype={compute_dtype}"]
    return load_experiment(model="image.mnist.LeNet5", config=None, overrides=overrides)


def translation(compute_dtype, model="transformer", extra=""):
    experiment = text_format.Parse(
        f"compute_dtype: {compute_dtype} learner {{ learning_rate: 0.01 optimizer {{ adam {{}} }} }}",
        experiment_pb2.Experiment(),
    )
    message = small_translation.make_task(model=model, extra=extra).message
    experiment.task.translation.CopyFrom(message)
    return experiment


def make(experiment, batch):
    dataset = tf.data.Dataset.from_tensors(batch).repeat()
    return Model(experiment, dataset.element_spec), iter(dataset)


_DROPOUT = """
    transformer { decoder { layer {
      norm { rms_norm {} } residual_dropout: 0.1 skip_probability: 0.1
      self_attention { rotary {} per_dim_scale: true probability_dropout: 0.1 }
      feed_forward { gated: true hidden_dropout: 0.1 activation: GELU }
    } } }
"""
_BLOCKS = "transformer { encoder { layer { self_attention { block_length: 2 } } } }"


@pytest.mark.parametrize(
    ("experiment", "batch"),
    [
        (lenet5("BFLOAT16"), _IMAGES),
        (translation("BFLOAT16"), _PAIRS),
        (translation("BFLOAT16", extra=_DROPOUT), _PAIRS),
        (translation("BFLOAT16", extra=_BLOCKS), _PAIRS),
        (translation("BFLOAT16", "rnmt_plus"), _PAIRS),
    ],
    ids=["lenet5", "transformer", "dropout", "blocks", "rnmt_plus"],
)
def test_trains_with_weights_and_losses_in_float32(experiment, batch):
    model, batches = make(experiment, batch)
    result = InnerLoop(model, batches, max_nonfinite_steps=1).run(3)
    assert int(model.global_step) == 3
    assert result.nonfinite == 0
    assert math.isfinite(result.totals["loss"])
    for name, variable in model.variables.items():
        assert variable.dtype in (tf.float32, tf.int64), name
    assert model.task.loss(batch, _EVALUATION)[0].total.dtype == tf.float32


def test_activations_of_lenet5():
    model, _ = make(lenet5("BFLOAT16"), _IMAGES)
    x = tf.cast(_IMAGES["image"], tf.bfloat16)
    for layer in model.task.network.layers:
        x = layer(x, _EVALUATION)
        assert x.dtype == tf.bfloat16, layer.path
    assert model.task.softmax(x, _EVALUATION).dtype == tf.float32


@pytest.mark.parametrize("kind", small_translation.MODELS)
def test_activations_of_translation(kind):
    model, _ = make(translation("BFLOAT16", kind), _PAIRS)
    layout = SequenceLayout.of_lengths(_PAIRS["source_length"], 4)
    memory = model.task.model.encode(Tokens(_PAIRS["source"], layout), _EVALUATION)
    assert memory.values.dtype == tf.bfloat16
    layout = SequenceLayout.of_lengths(_PAIRS["target_length"], 4)
    logits, probabilities = model.task.model.decode(
        Tokens(_PAIRS["target"], layout), memory, _EVALUATION
    )
    assert (logits.dtype, probabilities.dtype) == (tf.float32, tf.float32)


@pytest.mark.parametrize("kind", small_translation.MODELS)
def test_search_gets_scores_in_float32(kind):
    model, _ = make(translation("BFLOAT16", kind), _PAIRS)
    decode = tf.function(model.task.decode, autograph=False)
    results = decode(_PAIRS["source"], _PAIRS["source_length"])
    assert results.totals.dtype == tf.float32
    assert np.isfinite(results.totals[:, 0]).all()


@pytest.mark.parametrize(("make_experiment", "batch"), [(lenet5, _IMAGES), (translation, _PAIRS)])
def test_loss_is_that_of_float32_up_to_rounding(make_experiment, batch):
    losses = []
    for compute_dtype in ("FLOAT32", "BFLOAT16"):
        model, _ = make(make_experiment(compute_dtype), batch)
        losses.append(float(model.task.loss(batch, _EVALUATION)[0].mean))
    # A few roundings follow each other; each is off by at most 2^-9 = .002.
    assert losses[1] == pytest.approx(losses[0], rel=0.05)
    assert losses[1] != losses[0]
