"""What older versions wrote is read, with the same meaning; CHANGELOG.md promises it."""

import itertools
import json

import frazo
import numpy as np
import pytest
from frazo.config import resolved_text
from frazo.proto import pipeline_state_pb2
from google.protobuf import text_format

from tests.golden_versions import artifacts
from tests.golden_versions.folder_text import write_folder
from tests.jobs.tiny_experiment import values_of


@pytest.fixture(params=artifacts.version_folders(), ids=lambda folder: folder.name)
def version(request, tmp_path, monkeypatch):
    """The folder of a version; the process is in another one with a copy of its inputs."""
    artifacts.copy_inputs(request.param, tmp_path)
    monkeypatch.chdir(tmp_path)
    return request.param


def test_the_present_minor_version_has_a_folder():
    minors = {folder.name.rpartition(".")[0] for folder in artifacts.version_folders()}
    assert frazo.__version__.rpartition(".")[0] in minors, (
        "./bazelw run //tests/golden_versions:write_version writes it"
    )


def test_an_experiment_means_what_it_meant(version, tmp_path):
    # As it was written, and with the defaults of that version: a default that has changed since
    # makes a difference. Fields that are newer are the same in both.
    meant = tmp_path / "meant"
    meant.mkdir()
    resolved = (version / "resolved.textproto").read_text()
    (meant / "experiment.textproto").write_text(resolved)
    assert resolved_text(artifacts.experiment(tmp_path)) == resolved_text(
        artifacts.experiment(meant)
    )


def test_a_training_goes_on_from_a_checkpoint_with_all_its_values(version, tmp_path):
    train = tmp_path / "log/train"
    write_folder((version / "checkpoint.txt").read_text(), train)
    expected = json.loads((version / "values.json").read_text())
    values = values_of(str(train))
    assert values.keys() == expected.keys()
    for name, value in expected.items():
        assert values[name].tolist() == value, name
    # Steps that change no weight: those of the checkpoint must come out of them.
    flags = (f"--set=train.max_steps={2 * artifacts.STEPS}", "--set=learner.learning_rate=1e-30")
    printed = artifacts.run_trainer(tmp_path, *flags)
    assert f"goes on from log/train/ckpt-{artifacts.STEPS:08d}" in printed
    continued = values_of(str(train))
    assert continued.keys() == expected.keys()
    assert continued["global_step"] == 2 * artifacts.STEPS
    assert continued["learner/adam/applied_steps"] == 2 * artifacts.STEPS
    for name in ("embedding/table", "softmax/kernel", "softmax/bias"):
        assert continued[name].tolist() == expected[name], name


def test_a_pipeline_goes_on_with_the_next_batch(version):
    state = pipeline_state_pb2.PipelineState()
    text_format.Parse((version / "pipeline_state.textproto").read_text(), state)
    resumed = artifacts.pipeline()
    resumed.restore(state.SerializeToString())
    begin = artifacts.BATCHES_BEFORE
    unbroken = list(itertools.islice(artifacts.pipeline(), begin + 4))
    for batch, expected in zip(itertools.islice(resumed, 4), unbroken[begin:], strict=True):
        assert batch.keys() == expected.keys()
        for name, value in expected.items():
            np.testing.assert_array_equal(batch[name], value, err_msg=name, strict=True)


def test_an_export_answers_as_it_did(version, tmp_path):
    write_folder((version / "export.txt").read_text(), tmp_path / "export")
    answers = json.loads((version / "answers.json").read_text())
    labels, probabilities = frazo.Predictor(tmp_path / "export").classify(answers["texts"])
    assert labels.tolist() == answers["labels"]
    # Another processor adds in another order.
    np.testing.assert_allclose(probabilities, answers["probabilities"], rtol=1e-5)
