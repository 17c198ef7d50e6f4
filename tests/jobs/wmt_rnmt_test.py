"""RNMT+ of the WMT experiments at its full size. It takes 8 GB, and a minute or two."""

import math

import pytest
from wmt_records import batches, experiment_on, first_step, write_records

_NAME = "mt.wmt14_en_de.WmtEnDeRNMT"
_LENGTH = 9


def test_a_step_at_full_size(tmp_path):
    for split in ("train", "dev", "test"):
        write_records(tmp_path, split, count=4, length=_LENGTH, vocab_size=32_000)
    experiment = experiment_on(tmp_path, _NAME)
    assert [len(batch["source"]) for batch in batches(experiment, "Dev")] == [4]
    assert [len(batch["source"]) for batch in batches(experiment, "Test")] == [4]
    step = first_step(experiment)
    sizes = [variable.shape.num_elements() for variable in step.model.task.variables]
    assert sum(sizes) == 378_866_176
    assert experiment.description.endswith(" 378,866,176 parameters.")
    assert step.result.nonfinite == 0
    assert step.result.scalars["rejected_steps"] == 0
    # With weights this small tokens are nearly equally likely.
    per_token = step.result.totals["log_pplx"] / step.result.weights["log_pplx"]
    assert math.log(32_000) <= per_token <= math.log(32_000) + 1
    # The sum over a sentence, in the mean over sentences.
    assert step.result.weights["loss"] == 4
    assert step.result.totals["loss"] == pytest.approx(4 * _LENGTH * per_token, rel=1e-4)
    assert step.result.scalars["learning_rate"] == pytest.approx(1e-4)
    assert all(step.changed.values()), [name for name, is_ in step.changed.items() if not is_]
