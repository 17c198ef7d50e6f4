"""Building what an experiment describes, with errors for a person."""

import contextlib
from collections.abc import Iterator

from frazo._core import FrazoError
from frazo.experiment.job_list import TRAIN_INPUT
from frazo.input.input import Input
from frazo.input.one_pass import one_pass
from frazo.input.share import Share
from frazo.program.errors import JobError
from frazo.proto import experiment_pb2
from frazo.registry import build, unwrap


@contextlib.contextmanager
def named_errors(part: str) -> Iterator[None]:
    """Turns what a file or the configuration can cause into a JobError that begins with `part`.

    Such errors come from inputs, layers, tasks and learners with a text for the user; what remains
    is a fault of the program and keeps its traceback.
    """
    try:
        yield
    except (KeyError, IndexError):
        raise
    except (ValueError, LookupError, OSError, FrazoError) as error:
        raise JobError(f"{part}: {error}") from error


def build_input(experiment: experiment_pb2.Experiment, name: str, share: Share) -> Input:
    """The part `share` of the input `name` as it is configured. JobError: its files cannot be used."""
    with named_errors(f"inputs.{name}"):
        return build(experiment.inputs[name], seed=experiment.seed, share=share)


def build_one_pass_input(experiment: experiment_pb2.Experiment, name: str) -> Input:
    """The input `name`, read once in its own order even where training shuffles it. JobError."""
    _, kind = unwrap(experiment.inputs[name])
    with named_errors(f"inputs.{name}"):
        return build(one_pass(kind), seed=experiment.seed)


def first_input(experiment: experiment_pb2.Experiment) -> tuple[str, Input]:
    """The name and the one-pass input of Train, or else of the first by name: all have the batches
    that the model takes. JobError.
    """
    names = sorted(experiment.inputs)
    name = TRAIN_INPUT if TRAIN_INPUT in names else names[0]
    return name, build_one_pass_input(experiment, name)
