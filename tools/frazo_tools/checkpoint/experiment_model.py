"""The variables of an experiment's model, without memory for their values."""

import dataclasses
import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import tensorflow as tf
from frazo.checkpoint.restore import variable_key
from frazo.experiment.model import InferenceModel
from frazo.experiment.parts import first_input
from frazo.layers.declaration import full_shape
from frazo.layers.initializer import initial_value
from frazo.layers.mixture_of_experts import MixtureOfExperts
from frazo.learn.moving_averages import AVERAGE_PREFIX
from frazo.proto import experiment_pb2, mixture_of_experts_pb2
from frazo.shard.mesh import Held, held_shape

# More would hide what is wrong.
_PROBLEMS_SHOWN = 20


@dataclasses.dataclass(frozen=True)
class ExperimentModel:
    """What an experiment's model is made of.

    Attributes:
      shapes: The shape of each weight, float32, by name.
      averaged: The names of the weights that have a moving average.
      mixtures: The messages of the mixtures of experts, by their paths.
      initial: Draw initial values, by the name of their weight.
    """

    shapes: Mapping[str, tuple[int, ...]]
    averaged: frozenset[str]
    mixtures: Mapping[str, mixture_of_experts_pb2.MixtureOfExperts]
    initial: Mapping[str, Callable[[], tf.Tensor]]


def experiment_model(experiment: experiment_pb2.Experiment) -> ExperimentModel:
    """Builds the model of an experiment in a graph, where variables are but names.

    Args:
      experiment: The experiment; its data need not be there.

    Raises:
      JobError: The task does not suit its input, or a vocabulary cannot be used.
    """
    _, source = first_input(experiment)
    draws = _Draws()
    with tf.Graph().as_default():
        model = InferenceModel(experiment, source.element_spec, draw=draws)
        variables = model.task.variables
        shapes = {variable_key(variable): tuple(full_shape(variable)) for variable in variables}
        averages = model.averages.averages if model.averages else []
        averaged = (variable_key(average).removeprefix(AVERAGE_PREFIX) for average in averages)
        mixtures = {
            module.path: module.message
            for module in model.task.submodules
            if isinstance(module, MixtureOfExperts)
        }
        return ExperimentModel(shapes, frozenset(averaged), mixtures, draws.recorded)


def shown(problems: Sequence[str]) -> str:
    """Returns the first problems, indented lines."""
    more = len(problems) - _PROBLEMS_SHOWN
    lines = [f"  {problem}" for problem in problems[:_PROBLEMS_SHOWN]]
    return "\n".join(lines + ([f"  and {more} more"] if more > 0 else []))


class _Draws:
    """Gives zeros for initial values, and notes how to draw them."""

    def __init__(self) -> None:
        self.recorded: dict[str, Callable[[], tf.Tensor]] = {}

    def __call__(
        self,
        message: Any,
        *,
        shape: Sequence[int],
        path: str,
        seed: int,
        held: Held | None = None,
    ) -> tf.Tensor:
        self.recorded[path] = functools.partial(
            initial_value, message, shape=tuple(shape), path=path, seed=seed
        )
        return tf.zeros(shape if held is None else held_shape(held))
