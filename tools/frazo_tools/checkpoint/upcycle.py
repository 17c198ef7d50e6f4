"""`checkpoint upcycle`: a mixture of experts that begins as a trained dense model.

Komatsuzaki et al. 2023, "Sparse Upcycling: Training Mixture-of-Experts from Dense Checkpoints",
section 3.
"""

import argparse
import dataclasses
from collections.abc import Callable, Iterator, Mapping

import tensorflow as tf
from frazo.checkpoint.new_logdir import require_new
from frazo.config import load_experiment
from frazo.experiment.model import GLOBAL_STEP
from frazo.learn.moving_averages import AVERAGE_PREFIX
from frazo.program.errors import JobError
from frazo_tools.checkpoint.experiment_model import ExperimentModel, experiment_model, shown
from frazo_tools.checkpoint.kinds import Kind
from frazo_tools.checkpoint.output import write_logdir
from frazo_tools.checkpoint.source import Source, open_source
from frazo_tools.records.table import counted

# What the experts have of a feed-forward layer, below the path of both.
_EXPERTS = "experts/"
_COPIED = ("hidden/kernel", "output/kernel")
_DRAWN = ("router/kernel", "router/bias")
_FLOAT_BYTES = 4


@dataclasses.dataclass(frozen=True)
class Origin:
    """Where a weight comes from.

    Attributes:
      dense: The name of a dense weight; None: the weight is drawn.
      copies: How many experts get the dense weight; 0: the weight is no experts' and is the dense
        one itself.
    """

    dense: str | None
    copies: int = 0


def run(options: argparse.Namespace) -> int:
    require_new(options.out)
    model = experiment_model(
        load_experiment(model=options.model, config=options.config, overrides=options.overrides)
    )
    dense = open_source(options.checkpoint)
    shapes = {entry.name: entry.shape for entry in dense.of_kind(Kind.WEIGHT)}
    origins = origins_of(model, shapes)
    _describe(dense, model, origins)

    def tensors() -> Iterator[tuple[str, tf.Tensor]]:
        yield GLOBAL_STEP, tf.constant(dense.step, tf.int64)
        for name, origin in origins.items():
            yield name, _value(dense.read, origin, model, name)
            if name in model.averaged:
                yield AVERAGE_PREFIX + name, _value(_reader(dense), origin, model, name)

    count = sum(
        tf.TensorShape(model.shapes[name]).num_elements() * (1 + (name in model.averaged))
        for name in origins
    )
    write_logdir(options.out, dense.step, tensors(), count * _FLOAT_BYTES)
    return 0


def origins_of(model: ExperimentModel, dense: Mapping[str, tuple[int, ...]]) -> dict[str, Origin]:
    """Returns where each weight of the model comes from.

    Args:
      model: A model with mixtures of experts.
      dense: The shapes of the dense model's weights.

    Raises:
      JobError: Lists every weight of one model without a counterpart in the other, and every
        difference of shapes.
    """
    origins: dict[str, Origin] = {}
    problems = []
    for name, shape in model.shapes.items():
        origin = _origin(name, shape, model, dense)
        if origin is None:
            problems.append(f"{name} {list(shape)}: the checkpoint has nothing for it")
            continue
        origins[name] = origin
        expected = shape[1:] if origin.copies else shape
        if origin.dense is not None and dense[origin.dense] != expected:
            problems.append(
                f"{name} {list(shape)}: {origin.dense} is {list(dense[origin.dense])} in the "
                f"checkpoint, not {list(expected)}"
            )
    used = {origin.dense for origin in origins.values()}
    problems += [
        f"{name} {list(dense[name])}: the model has no place for it"
        for name in dense
        if name not in used
    ]
    if problems:
        raise JobError(
            f"the dense model and the mixture of experts do not fit:\n{shown(problems)}\nExperts have "
            "the sizes, gate and activation of the dense feed-forward, and no biases; there can be no "
            "shared_experts."
        )
    if not any(origin.copies for origin in origins.values()):
        raise JobError("the experiment has no mixture of experts that the checkpoint has not")
    return origins


def _origin(
    name: str, shape: tuple[int, ...], model: ExperimentModel, dense: Mapping[str, object]
) -> Origin | None:
    if name in dense:
        return Origin(name)
    for path in model.mixtures:
        own = name.removeprefix(f"{path}/")
        if own == name:
            continue
        if own in _DRAWN:
            return Origin(None)
        part = own.removeprefix(_EXPERTS)
        if part != own and part in _COPIED and f"{path}/{part}" in dense:
            return Origin(f"{path}/{part}", shape[0])
    return None


def _value(
    read: Callable[[str], tf.Tensor], origin: Origin, model: ExperimentModel, name: str
) -> tf.Tensor:
    if origin.dense is None:
        return model.initial[name]()
    value = read(origin.dense)
    return tf.repeat(value[tf.newaxis], origin.copies, 0) if origin.copies else value


def _reader(dense: Source) -> Callable[[str], tf.Tensor]:
    """Returns what reads the moving average of a weight, or the weight if it has none."""

    def read(name: str) -> tf.Tensor:
        average = AVERAGE_PREFIX + name
        return dense.read(average if average in dense.tensors else name)

    return read


def _describe(dense: Source, model: ExperimentModel, origins: Mapping[str, Origin]) -> None:
    experts = sum(origin.copies > 0 for origin in origins.values())
    drawn = sum(origin.dense is None for origin in origins.values())
    print(
        f"{counted(len(origins), 'weight')}: {experts:,} with a copy of a dense one for each expert, "
        f"{drawn:,} of routers drawn, {len(origins) - experts - drawn:,} as they are at step {dense.step}"
    )
    if not model.averaged and dense.of_kind(Kind.AVERAGE):
        print("note: the moving averages are left out, as the experiment has no learner.ema_decay")
    for path, message in model.mixtures.items():
        if message.experts_per_token == 1:
            print(
                f"note: {path}: with experts_per_token 1 an output is scaled by its probability, so "
                "that the model does not begin as the dense one"
            )
