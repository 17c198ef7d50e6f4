"""Writes what the present version leaves behind, for the versions after it to read.

    ./bazelw run //tests/golden_versions:write_version

The experiment, its texts and its vocabulary are copied from the folder of the newest version that
there is.
"""

import json
import os
import tempfile
from pathlib import Path

import frazo
from frazo.config import resolved_text
from frazo.proto import pipeline_state_pb2
from google.protobuf import text_format

from tests.golden_versions import artifacts
from tests.golden_versions.folder_text import folder_text
from tests.jobs.tiny_experiment import values_of

ASKED = ("sun and rain", "wet wet wind", "")


def write_version(target: Path) -> None:
    """Writes the folder of a version."""
    target.mkdir(exist_ok=True)
    newest = artifacts.version_folders()[-1]
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        artifacts.copy_inputs(newest, folder)
        os.chdir(folder)
        artifacts.run_trainer(folder)
        artifacts.run_trainer(folder, "--mode=write_inference_graph")
        for name in artifacts.INPUTS:
            (target / name).write_bytes((folder / name).read_bytes())
        resolved = resolved_text(artifacts.experiment(folder))
        (target / "resolved.textproto").write_text(resolved)
        _write_checkpoint(folder / "log/train", target)
        _write_export(folder / "log/inference_graph", target)
        _write_state(target)


def _write_checkpoint(train: Path, target: Path) -> None:
    for path in train.iterdir():
        if path.name != "checkpoint" and not path.name.startswith("ckpt-"):
            path.unlink()
    (target / "checkpoint.txt").write_text(folder_text(train))
    values = {name: value.tolist() for name, value in values_of(str(train)).items()}
    _write_json(target / "values.json", values)


def _write_export(export: Path, target: Path) -> None:
    (target / "export.txt").write_text(folder_text(export))
    labels, probabilities = frazo.Predictor(export).classify(ASKED)
    answers = {"labels": labels.tolist(), "probabilities": probabilities.tolist()}
    _write_json(target / "answers.json", {"texts": ASKED, **answers})


def _write_state(target: Path) -> None:
    pipeline = artifacts.pipeline()
    for _, _ in zip(range(artifacts.BATCHES_BEFORE), pipeline, strict=False):
        pass
    state = pipeline_state_pb2.PipelineState.FromString(pipeline.save_state())
    (target / "pipeline_state.textproto").write_text(text_format.MessageToString(state))


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, indent=1) + "\n")


if __name__ == "__main__":
    checkout = Path(os.environ["BUILD_WORKSPACE_DIRECTORY"])
    written = checkout / "tests/golden_versions" / frazo.__version__
    write_version(written)
    print(f"wrote {written}")
