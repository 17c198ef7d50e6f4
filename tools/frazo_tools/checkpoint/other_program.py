"""`checkpoint import --rules`: a checkpoint of ours from one of another program's."""

import argparse
from collections.abc import Iterator

import numpy as np
import tensorflow as tf
from frazo.checkpoint.new_logdir import require_new
from frazo.checkpoint.tensor_recipe import Recipe
from frazo.checkpoint.warm_start_rules import Assignment, TensorForm, assign
from frazo.config import load_experiment
from frazo.experiment.model import GLOBAL_STEP
from frazo.learn.moving_averages import AVERAGE_PREFIX
from frazo.program.errors import JobError
from frazo.proto import warm_start_pb2
from frazo_tools.checkpoint.experiment_model import ExperimentModel, experiment_model, shown
from frazo_tools.checkpoint.output import write_logdir
from frazo_tools.checkpoint.source import Source, open_source
from frazo_tools.records.table import counted

_FLOAT_BYTES = 4


def run(options: argparse.Namespace) -> int:
    require_new(options.out)
    if options.names:
        raise JobError("--names is for safetensors; --rules has the names of a checkpoint")
    model = experiment_model(
        load_experiment(model=options.model, config=options.config, overrides=options.overrides)
    )
    source = open_source(options.file)
    found = _assignment(source, model, options.rules)

    def tensors() -> Iterator[tuple[str, tf.Tensor]]:
        yield GLOBAL_STEP, tf.constant(source.step, tf.int64)
        for name, recipe in found.recipes.items():
            value = _value(source, recipe, model.shapes[name])
            yield name, value
            if name in model.averaged:
                yield AVERAGE_PREFIX + name, value

    sizes = {name: int(np.prod(shape, dtype=np.int64)) for name, shape in model.shapes.items()}
    total = sum(size * (1 + (name in model.averaged)) for name, size in sizes.items())
    print(
        f"{counted(len(sizes), 'tensor')}, {sum(sizes.values()):,} parameters, as of step {source.step}"
    )
    if found.untaken:
        print(f"not taken:\n{shown(found.untaken)}")
    write_logdir(options.out, source.step, tensors(), total * _FLOAT_BYTES)
    return 0


def _assignment(source: Source, model: ExperimentModel, rules: str) -> Assignment:
    found = assign(
        warm_start_pb2.WarmStart(checkpoint=source.prefix, rules_file=rules),
        {name: TensorForm(entry.shape, entry.dtype.name) for name, entry in source.tensors.items()},
        {name: TensorForm(shape, "float32") for name, shape in model.shapes.items()},
        source.prefix,
    )
    if found.left:
        raise JobError(
            "a checkpoint has a value for each weight, but by the rules these keep their initial "
            f"ones:\n{shown(found.left)}\nStart a training with warm_start, which draws them."
        )
    return found


def _value(source: Source, recipe: Recipe, shape: tuple[int, ...]) -> tf.Tensor:
    rows = shape[0] if shape else 0
    return tf.constant(recipe.value(lambda name: source.read(name).numpy(), rows))
