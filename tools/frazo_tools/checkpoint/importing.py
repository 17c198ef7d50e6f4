"""`checkpoint import`: a checkpoint of weights from safetensors, or from another program's."""

import argparse
from collections.abc import Iterator, Mapping

import numpy as np
import tensorflow as tf
from frazo.checkpoint.new_logdir import require_new
from frazo.config import load_experiment
from frazo.experiment.model import GLOBAL_STEP
from frazo.learn.moving_averages import AVERAGE_PREFIX
from frazo.program.errors import JobError
from frazo_tools.checkpoint import other_program
from frazo_tools.checkpoint.experiment_model import experiment_model, shown
from frazo_tools.checkpoint.kinds import Kind, kinds_of
from frazo_tools.checkpoint.model_check import check_model
from frazo_tools.checkpoint.name_rules import renamed
from frazo_tools.checkpoint.output import write_logdir
from frazo_tools.checkpoint.safetensors_file import Form
from frazo_tools.checkpoint.safetensors_set import SafetensorsSet
from frazo_tools.records.table import counted

# More digits would be no int64.
_MOST_DIGITS = 18


def run(options: argparse.Namespace) -> int:
    if options.rules is not None:
        return other_program.run(options)
    require_new(options.out)
    model = None
    if options.model is not None or options.config is not None:
        model = experiment_model(
            load_experiment(model=options.model, config=options.config, overrides=options.overrides)
        )
    files = SafetensorsSet(options.file)
    names = renamed(files.forms, options.names)
    forms = {new: _form(files.forms[name]) for name, new in names.items()}
    _check_names(forms)
    averaged: frozenset[str] = frozenset()
    if model is not None:
        check_model(forms, model)
        averaged = model.averaged
    step = _step(files.metadata)

    def tensors() -> Iterator[tuple[str, tf.Tensor]]:
        yield GLOBAL_STEP, tf.constant(step, tf.int64)
        for name, new in names.items():
            value = tf.constant(files.read(name).astype(forms[new].dtype))
            yield new, value
            if new in averaged:
                yield AVERAGE_PREFIX + new, value

    total = sum(form.size_bytes * (1 + (name in averaged)) for name, form in forms.items())
    values = sum(np.prod(form.shape, dtype=np.int64) for form in forms.values())
    print(f"{counted(len(forms), 'tensor')}, {values:,} parameters, as of step {step}")
    write_logdir(options.out, step, tensors(), total)
    return 0


def _form(form: Form) -> Form:
    """Returns how a tensor is saved: numbers of any precision as those of our weights."""
    is_floating = tf.as_dtype(form.dtype).is_floating
    return Form(np.dtype(np.float32), form.shape) if is_floating else form


def _check_names(forms: Mapping[str, Form]) -> None:
    """Raises JobError if a name is that of something else in a checkpoint than a weight."""
    odd = [name for name, kind in kinds_of(forms).items() if kind != Kind.WEIGHT]
    if odd:
        raise JobError(
            "these names are not those of weights; leave the tensors out, as by "
            f"--names='{odd[0]}=', or give them other names:\n{shown(odd)}"
        )
    if not forms:
        raise JobError("no tensor is left to import")


def _step(metadata: Mapping[str, str]) -> int:
    text = metadata.get("step", "")
    return int(text) if text.isdecimal() and len(text) <= _MOST_DIGITS else 0
