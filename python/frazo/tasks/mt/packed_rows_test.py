"""Tests that Translation trains on packed batches as on others."""

import numpy as np
import pytest
import tensorflow as tf
from frazo import _core
from frazo.input.pipeline_input import PipelineInput
from frazo.layers.step_context import StepContext
from frazo.proto import pipeline_pb2
from frazo.tasks.mt.small_translation import EOS, SOS, make_task
from google.protobuf import text_format

_EVALUATION = StepContext.for_evaluation(seed=0)
_PAIRS = [
    ([3, 4, 5], [6, 7]),
    ([8], [9, 10, 3, 5]),
    ([7, 7, 3, 4, 9], [4]),
    ([5, 6], [8, 8, 8]),
    ([], [3]),
]
_FEATURES = ("source", "target", "target_labels")
_BATCHERS = {
    "fixed": "fixed { batch_size: 5 }",
    # Two packed rows hold the five pairs: 16 tokens of sources and 16 of targets.
    "packing": "packing {{ rows: 2 {} }}".format(
        " ".join(f'streams {{ feature: "{name}" length: 10 }}' for name in _FEATURES)
    ),
}


def batches(records, batcher):
    steps = " ".join(
        f'steps {{ parse_numbers {{ field: "{name}" type: INT32 }} }}' for name in _FEATURES
    )
    columns = ", ".join(f'"{name}"' for name in _FEATURES)
    text = f"""
        source {{ files {{ files {{ patterns: "{records}" }} epochs: 1 }} }}
        processor {{ tab_separated {{ columns: [{columns}] }} {steps} }}
        batcher {{ {_BATCHERS[batcher]} }}
    """
    pipeline = PipelineInput(text_format.Parse(text, pipeline_pb2.Pipeline()), seed=1)
    return pipeline.element_spec, list(pipeline.dataset())


@pytest.fixture(scope="module")
def records(tmp_path_factory):
    path = tmp_path_factory.mktemp("records") / "pairs"
    with _core.RecordWriter(str(path)) as writer:
        for source, target in _PAIRS:
            fields = ([*source, EOS], [SOS, *target], [*target, EOS])
            writer.write("\t".join(" ".join(map(str, ids)) for ids in fields).encode())
    return path


def test_a_packed_batch_has_the_loss_and_gradients_of_an_unpacked_one(records):
    outcomes = {}
    for batcher in _BATCHERS:
        spec, (batch,) = batches(records, batcher)
        task = make_task(extra="label_smoothing: 0.1", input_spec=spec)
        with tf.GradientTape() as tape:
            loss, _ = task.loss(batch, _EVALUATION)
            mean = loss.mean
        gradients = tape.gradient(mean, task.trainable_variables)
        outcomes[batcher] = [loss.total, *map(tf.convert_to_tensor, gradients)]
        # 3 + 5 + 2 + 4 + 2 tokens of targets, each with its end.
        assert float(loss.weight) == 16
        assert int(task.num_examples(batch)) == 5
    for packed, unpacked in zip(outcomes["packing"], outcomes["fixed"], strict=True):
        np.testing.assert_allclose(packed, unpacked, rtol=1e-5, atol=1e-5)
