"""Builds the inputs of an experiment, and turns errors of its parts into texts for the user."""

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from frazo._core import FrazoError
from frazo.experiment.job_list import train_inputs
from frazo.input.input import Input
from frazo.input.input_texts import InputTexts
from frazo.input.one_pass import one_pass
from frazo.input.share import WHOLE, Share
from frazo.program.errors import JobError
from frazo.proto import experiment_pb2
from frazo.registry import build, unwrap
from frazo.tasks.task import Task


@contextlib.contextmanager
def named_errors(part: str) -> Iterator[None]:
    """Turns errors that a file or the configuration can cause into JobErrors.

    Inputs, layers, tasks and learners raise such errors with a text for the user. Any other error
    is a fault of the program and keeps its traceback.

    Args:
      part: The field path that begins the text of the JobError.

    Raises:
      JobError: The body raised a ValueError, a LookupError other than KeyError and IndexError, an
        OSError or a FrazoError.
    """
    try:
        yield
    except (KeyError, IndexError):
        raise
    except (ValueError, LookupError, OSError, FrazoError) as error:
        raise JobError(f"{part}: {error}") from error


def build_input(
    experiment: experiment_pb2.Experiment, name: str, share: Share, *, is_read: bool = True
) -> Input:
    """Builds an input as it is configured.

    Args:
      experiment: The experiment.
      name: The name of the input.
      share: The share of the records that the input gives.
      is_read: Whether its files have to be there.

    Raises:
      JobError: The files of the input cannot be used.
    """
    with named_errors(f"inputs.{name}"):
        built = build(experiment.inputs[name], seed=experiment.seed, share=share)
        if is_read:
            built.open()
        return built


def task_spec(
    experiment: experiment_pb2.Experiment, input_spec: Mapping[str, Any]
) -> Mapping[str, Any]:
    """Returns the shapes and types that the experiment's task is built from.

    Args:
      experiment: The experiment.
      input_spec: Those of the batches of one input, by feature.

    Returns:
      input_spec for a single task. For several tasks such a mapping for each of their training
      inputs, by its name; the files need not be there.

    Raises:
      JobError: The configuration of an input, or a vocabulary, cannot be used.
    """
    if experiment.task.WhichOneof("kind") != "multi_task":
        return input_spec
    return {
        name: build_input(experiment, name, WHOLE, is_read=False).element_spec
        for name in train_inputs(experiment).values()
    }


def build_one_pass_input(
    experiment: experiment_pb2.Experiment, name: str, *, is_read: bool = True
) -> Input:
    """Builds an input that gives its examples once, in their own order, even if training shuffles.

    Args:
      experiment: The experiment.
      name: The name of the input.
      is_read: Whether its files have to be there.

    Raises:
      JobError: The files of the input cannot be used.
    """
    _, kind = unwrap(experiment.inputs[name])
    with named_errors(f"inputs.{name}"):
        built = build(one_pass(kind), seed=experiment.seed)
        if is_read:
            built.open()
        return built


def check_task_inputs(
    task: Task, experiment: experiment_pb2.Experiment, names: Iterable[str]
) -> list[str]:
    """Checks that inputs make what a task expects, as far as the configuration tells.

    Args:
      task: The task.
      experiment: The experiment.
      names: The names of the inputs.

    Returns:
      Warnings; see Task.check_input.

    Raises:
      JobError: An input does not suit the task, or a vocabulary cannot be used.
    """
    warnings = []
    for name in names:
        _, message = unwrap(experiment.inputs[name])
        with named_errors(f"inputs.{name}"):
            texts = InputTexts(message)
            found = task.for_input(name).check_input(texts)
            warnings += [f"inputs.{name}: {text}" for text in found]
    return warnings


def first_input(experiment: experiment_pb2.Experiment) -> tuple[str, Input]:
    """Builds an input whose batches the model takes: that of training, or else the first by name.

    Args:
      experiment: The experiment.

    Returns:
      The name of the input, and the input, which gives its examples once. Its files need not be
      there. If there are several tasks, it is that of the first one.

    Raises:
      JobError: The configuration of the input, or a vocabulary, cannot be used.
    """
    names = sorted(experiment.inputs)
    name = next((n for n in train_inputs(experiment).values() if n in names), names[0])
    return name, build_one_pass_input(experiment, name, is_read=False)
