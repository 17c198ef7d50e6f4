"""The WMT experiments' Transformers at their full size: data layout, parameters and a step."""

import math

import numpy as np
import pytest
from wmt_records import batches, experiment_on, first_step, write_records

_LENGTH = 9

_MODELS = [
    ("mt.wmt14_en_de.WmtEnDeTransformerBase", 93_323_648, 32_000, 5.5243e-9 * 3),
    ("mt.wmt14_en_de.WmtEnDeTransformerSmall", 6_343_616, 32_000, 1.5625e-8 * 3),
    ("mt.wmtm16_en_de.WmtCaptionEnDeTransformer", 4_174_544, 2_000, 1.9764e-6),
]


@pytest.mark.parametrize(("name", "parameters", "vocab_size", "rate"), _MODELS)
def test_a_step_at_full_size(tmp_path, name, parameters, vocab_size, rate):
    write_records(tmp_path, "train", count=6, length=_LENGTH, vocab_size=vocab_size)
    experiment = experiment_on(tmp_path, name)
    step = first_step(experiment)
    sizes = [variable.shape.num_elements() for variable in step.model.task.variables]
    assert sum(sizes) == parameters
    assert experiment.description.endswith(f" {parameters:,} parameters.")
    assert step.result.examples == 6
    assert step.result.nonfinite == 0
    assert step.result.weights["log_pplx"] == 6 * _LENGTH
    # It knows nothing yet: the logits' variance, which no final norm bounds, costs half of it.
    per_token = step.result.totals["log_pplx"] / step.result.weights["log_pplx"]
    assert math.log(vocab_size) <= per_token <= math.log(vocab_size) + 3
    # d^-.5 w^-1.5 of the schedule, times learning_rate.
    assert step.result.scalars["learning_rate"] == pytest.approx(rate, rel=1e-3)
    assert any(step.changed.values())


@pytest.mark.parametrize("name", [name for name, *_ in _MODELS])
@pytest.mark.parametrize(("key", "split"), [("Train", "train"), ("Dev", "dev"), ("Test", "test")])
def test_every_input_gives_what_the_task_takes(tmp_path, name, key, split):
    write_records(tmp_path, split, count=3, length=_LENGTH, vocab_size=2_000)
    found = batches(experiment_on(tmp_path, name), key)
    assert sum(len(batch["source"]) for batch in found) == 3
    for batch in found:
        assert set(batch) == {
            *("source", "source_length", "target", "target_length"),
            *("target_labels", "target_labels_length"),
        }
        assert all(value.dtype == np.int32 for value in batch.values())
        assert np.all(batch["source_length"] == _LENGTH)
        assert np.all(batch["source"][:, -1] == 2)
        assert np.all(batch["target"][:, 0] == 1)
        np.testing.assert_array_equal(batch["target"][:, 1:], batch["target_labels"][:, :-1])
        assert np.all(batch["target_labels"][:, -1] == 2)


def test_an_id_outside_of_the_vocabulary_names_the_record(tmp_path):
    write_records(tmp_path, "dev", count=2, length=400, vocab_size=2_000)
    write_records(tmp_path, "test", count=2, length=9, vocab_size=64_000)
    experiment = experiment_on(tmp_path, "mt.wmt14_en_de.WmtEnDeTransformerSmall")
    # Longer than the last bound.
    assert batches(experiment, "Dev") == []
    with pytest.raises(Exception, match=r"test\.tfrecords-0000.*source_id.*31999"):
        batches(experiment, "Test")
