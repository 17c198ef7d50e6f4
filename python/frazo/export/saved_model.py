"""Exports a model for use without a trainer."""

import os
import shutil
from pathlib import Path

import tensorflow as tf
from frazo.checkpoint.directory import CheckpointDirectory
from frazo.experiment.job_list import train_inputs
from frazo.experiment.model import InferenceModel
from frazo.experiment.parts import first_input, named_errors
from frazo.export.export_folder import SAVED_MODEL, write_row_wise
from frazo.input.input_texts import InputTexts
from frazo.program.console import Console
from frazo.program.disk_and_graph_errors import disk_and_graph_errors
from frazo.program.durable_file import TEMPORARY_SUFFIX, sync_directory, sync_file
from frazo.program.errors import JobError
from frazo.program.literal_path import is_pattern
from frazo.program.number_format import format_bytes
from frazo.proto import experiment_pb2
from frazo.registry import unwrap
from frazo.tasks.servable import Servable
from frazo.train.state import INPUT_PREFIX

_REPLACED_SUFFIX = ".replaced" + TEMPORARY_SUFFIX


def write_inference_graph(
    experiment: experiment_pb2.Experiment, logdir: Path, directory: Path, console: Console
) -> None:
    """Writes a SavedModel of the newest checkpoint, with the weights that evaluation uses.

    Args:
      experiment: The experiment.
      logdir: Its log directory.
      directory: Where to write. An older SavedModel there is replaced when the new one is complete.
        If there are several tasks, each that can be exported is in a folder of its own in it, with
        its name.
      console: For messages.

    Raises:
      JobError: There is no checkpoint, the task has nothing to export, TensorFlow could not read
        the SavedModel from there, or the disk refused it.
    """
    _check_readable(directory)
    name, source = first_input(experiment)
    model = InferenceModel(experiment, source.element_spec)
    servables = _servables(experiment, model, name)
    train = CheckpointDirectory(logdir / "train")
    checkpoint = train.newest(lambda _, damage: console.warning(damage))
    if checkpoint is None:
        raise JobError(
            f"{logdir / 'train'}: there is no checkpoint to export. Train first, with the same "
            "--logdir."
        )
    model.restore(checkpoint, INPUT_PREFIX)
    for task, servable in servables.items():
        path = directory / task
        with disk_and_graph_errors(path):
            size = _write(model, servable, path)
        console.line(f"inference graph of step {checkpoint.step}: {path}, {format_bytes(size)}")


def _servables(
    experiment: experiment_pb2.Experiment, model: InferenceModel, input_name: str
) -> dict[str, Servable]:
    """Returns what is exported, by the name of the task; a single task is called "".

    Args:
      experiment: The experiment.
      model: The model.
      input_name: The input that tells how a single task's texts become ids.

    Raises:
      JobError: Nothing can be exported.
    """
    trained = train_inputs(experiment)
    if len(trained) == 1:
        return {"": _servable(experiment, model, input_name)}
    servables, problems = {}, []
    for task, name in trained.items():
        try:
            servables[task] = _servable(experiment, model, name)
        except JobError as error:
            problems.append(str(error))
    if not servables:
        raise JobError("; ".join(problems))
    return servables


def _servable(
    experiment: experiment_pb2.Experiment, model: InferenceModel, input_name: str
) -> Servable:
    _, message = unwrap(experiment.inputs[input_name])
    with named_errors(f"inputs.{input_name}"):
        return model.task.for_input(input_name).servable(InputTexts(message))


def _write(model: InferenceModel, servable: Servable, directory: Path) -> int:
    """Returns the number of bytes written."""
    _check_replaceable(directory)
    directory.parent.mkdir(parents=True, exist_ok=True)
    aside = directory.with_name(directory.name + TEMPORARY_SUFFIX)
    shutil.rmtree(aside, ignore_errors=True)
    # TensorFlow would follow a link.
    aside.mkdir()
    try:
        with model.evaluation_weights():
            tf.saved_model.save(servable, str(aside), signatures=servable.signatures())
        write_row_wise(aside, servable.row_wise())
        size = _sync_tree(aside)
        _replace(directory, aside)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return size


def _check_readable(directory: Path) -> None:
    if is_pattern(directory):
        raise JobError(
            f"{directory}: TensorFlow, which takes *, ?, [ and \\ in a path for a pattern, could not "
            "load a SavedModel from there. Give an --export_dir without them."
        )


def _check_replaceable(directory: Path) -> None:
    if directory.exists() and not (directory / SAVED_MODEL).exists():
        raise JobError(
            f"{directory}: exists and is not a SavedModel. Remove it, or give another --export_dir."
        )


def _sync_tree(directory: Path) -> int:
    """Waits until the whole directory is on the disk. Returns its size in bytes."""
    size = 0
    for path in directory.rglob("*"):
        if path.is_dir():
            sync_directory(path)
        else:
            sync_file(path)
            size += path.stat().st_size
    sync_directory(directory)
    return size


def _replace(directory: Path, new: Path) -> None:
    # A directory cannot be renamed over one that is not empty.
    replaced = directory.with_name(directory.name + _REPLACED_SUFFIX)
    shutil.rmtree(replaced, ignore_errors=True)
    if directory.exists():
        os.replace(directory, replaced)
    os.replace(new, directory)
    sync_directory(directory.parent)
    shutil.rmtree(replaced, ignore_errors=True)
