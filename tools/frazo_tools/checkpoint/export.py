"""`checkpoint export`: the weights of a checkpoint as safetensors."""

import argparse
import re

import numpy as np
import tensorflow as tf
from frazo.program.errors import JobError
from frazo.program.number_format import format_bytes
from frazo.proto import experiment_pb2
from frazo_tools.checkpoint.kinds import Kind
from frazo_tools.checkpoint.output import sizes, write_errors
from frazo_tools.checkpoint.safetensors_file import Form, can_hold
from frazo_tools.checkpoint.safetensors_set import write_safetensors_set
from frazo_tools.checkpoint.source import Source, TensorEntry, open_source
from frazo_tools.checkpoint.weights import AVERAGED, TRAINED, weights_of
from frazo_tools.progress import Progress
from frazo_tools.records.table import counted
from google.protobuf import text_format

# The descriptions of parts are indented.
_DESCRIPTION = re.compile(r"^description: .*$", re.MULTILINE)


def run(options: argparse.Namespace) -> int:
    source = open_source(options.checkpoint)
    weights = weights_of(source, options.weights)
    is_averaged = any(entry.kind == Kind.AVERAGE for entry in weights.values())
    dtype = None if options.dtype is None else tf.as_dtype(options.dtype)
    forms = {name: _form(entry, dtype) for name, entry in weights.items()}
    metadata = {"step": str(source.step), "weights": AVERAGED if is_averaged else TRAINED}
    if experiment := _experiment(source):
        metadata["experiment"] = experiment
    total = sizes(weights.values())
    with Progress(f"writing {format_bytes(total)}", total) as progress:
        done = 0

        def read(name: str) -> np.ndarray:
            nonlocal done
            entry = weights[name]
            values = _converted(entry, source.read(entry.name).numpy(), forms[name].dtype)
            done += entry.size_bytes or 0
            progress(done)
            return values

        with write_errors(options.file):
            files = write_safetensors_set(options.file, forms, read, metadata, options.shard_size)
    values = sum(entry.count for entry in weights.values())
    print(
        f"{counted(len(forms), 'tensor')}, {values:,} {metadata['weights']} parameters of step {source.step}"
    )
    for file in files:
        print(f"{file}: {format_bytes(file.stat().st_size)}")
    return 0


def _form(entry: TensorEntry, dtype: tf.DType | None) -> Form:
    own = np.dtype(entry.dtype.as_numpy_dtype)
    if not can_hold(own):
        raise JobError(f"{entry.name}: {entry.dtype.name} cannot be in a safetensors file")
    if dtype is not None and entry.dtype.is_floating:
        own = np.dtype(dtype.as_numpy_dtype)
    return Form(own, entry.shape)


def _converted(entry: TensorEntry, values: np.ndarray, dtype: np.dtype) -> np.ndarray:
    # TensorFlow and NumPy round alike, to the nearest; NumPy would warn of what becomes infinite.
    with np.errstate(over="ignore"):
        converted = np.asarray(values).astype(dtype)
    if dtype == np.float16 and np.any(np.isinf(converted) & np.isfinite(values)):
        largest = np.max(np.abs(values[np.isfinite(values)]))
        raise JobError(
            f"{entry.name}: a value of {largest:.4g} becomes infinite as float16, whose largest is "
            "65504. Use --dtype=bfloat16"
        )
    return converted


def _experiment(source: Source) -> str:
    """Returns the description of the experiment that the checkpoint is of, if it is known."""
    if source.logdir is None:
        return ""
    try:
        text = (source.logdir / "control" / "params.txt").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
    found = _DESCRIPTION.search(text)
    if found is None:
        return ""
    try:
        return text_format.Parse(found[0], experiment_pb2.Experiment()).description
    except text_format.ParseError:
        return ""
