"""Builds the inputs of an experiment, and turns errors of its parts into texts for the user."""

import contextlib
from collections.abc import Iterable, Iterator

from frazo._core import FrazoError
from frazo.experiment.job_list import TRAIN_INPUT
from frazo.input.input import Input
from frazo.input.input_texts import InputTexts
from frazo.input.one_pass import one_pass
from frazo.input.share import Share
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
            warnings += [f"inputs.{name}: {text}" for text in task.check_input(InputTexts(message))]
    return warnings


def first_input(experiment: experiment_pb2.Experiment) -> tuple[str, Input]:
    """Builds an input whose batches the model takes: Train, or else the first by name.

    Args:
      experiment: The experiment.

    Returns:
      The name of the input, and the input, which gives its examples once. Its files need not be
      there.

    Raises:
      JobError: The configuration of the input, or a vocabulary, cannot be used.
    """
    names = sorted(experiment.inputs)
    name = TRAIN_INPUT if TRAIN_INPUT in names else names[0]
    return name, build_one_pass_input(experiment, name, is_read=False)
