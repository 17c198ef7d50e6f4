"""What a version leaves behind: a checkpoint, its values, its export, a pipeline's state.

Each version has a folder here with an experiment, what it reads, and what that version wrote:

  experiment.textproto, texts.tsv, words.txt   an experiment, its texts and its vocabulary
  resolved.textproto                           the experiment with all defaults of that version
  checkpoint.txt                               files of the checkpoint of step 4
  values.json                                  what it holds, by name
  export.txt                                   files of the export of that checkpoint
  answers.json                                 what the export says of some texts
  pipeline_state.textproto                     where the pipeline stood after BATCHES_BEFORE batches
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import frazo
from frazo.config import load_experiment
from frazo.proto import experiment_pb2

from tests.jobs.trainer_process import FRESH

VERSIONS = Path(__file__).parent
INPUTS = ("experiment.textproto", "texts.tsv", "words.txt")
STEPS = 4
BATCHES_BEFORE = 3
TIMEOUT_SECONDS = 280


def version_folders() -> list[Path]:
    """Returns the folders of the versions, the newest last."""
    folders = (path for path in VERSIONS.iterdir() if (path / INPUTS[0]).exists())
    return sorted(folders, key=lambda path: [int(number) for number in path.name.split(".")])


def copy_inputs(version: Path, folder: Path) -> None:
    """Copies what a training reads into the folder that it is to run in."""
    for name in INPUTS:
        shutil.copyfile(version / name, folder / name)


def run_trainer(folder: Path, *flags: str) -> str:
    """Runs a trainer of the experiment in a folder, with the log directory `log` there.

    Returns:
      What it printed.

    Raises:
      AssertionError: It failed; with what it printed.
    """
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    # Programs that Bazel runs write to the folder of whoever started it.
    environment.pop("BUILD_WORKING_DIRECTORY", None)
    ran = subprocess.run(
        [*FRESH, "--config=experiment.textproto", "--logdir=log", "--job=trainer", *flags],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=TIMEOUT_SECONDS,
    )
    if ran.returncode:
        raise AssertionError(ran.stdout)
    return ran.stdout


def experiment(folder: Path) -> experiment_pb2.Experiment:
    return load_experiment(model=None, config=str(folder / INPUTS[0]), overrides=[])


def pipeline() -> frazo.Pipeline:
    """The experiment's pipeline, in whose folder the process is."""
    return frazo.Pipeline(experiment(Path()).inputs["Train"].pipeline)
