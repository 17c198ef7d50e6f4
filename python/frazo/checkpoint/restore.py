"""Restores variables from the tensors of a checkpoint."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import tensorflow as tf
from frazo.checkpoint.directory import Checkpoint
from frazo.checkpoint.pieces import in_pieces
from frazo.checkpoint.saved_tensor import joined, slices_to_read
from frazo.layers.declaration import bytes_held, full_shape
from frazo.program.errors import JobError
from frazo.program.literal_path import literal_prefix

# Variables that checkpoints of older versions lack. They keep their initial values: here, gradients
# that such a checkpoint has accumulated for the next update count as those of one example.
_LATER_VARIABLES = frozenset(["learner/accumulated_loss_weight"])


class Bundle(Protocol):
    """Tensors in TensorFlow's files: a checkpoint, or one that another program wrote."""

    @property
    def prefix(self) -> str:
        """The prefix for TensorFlow's checkpoint readers."""
        ...


def variable_key(variable: tf.Variable) -> str:
    """Returns the name of a variable in a checkpoint: "network/conv0/kernel"."""
    return variable.name.removesuffix(":0")


def by_key(variables: Sequence[tf.Variable]) -> dict[str, tf.Variable]:
    """Returns the variables by name. Raises ValueError if two variables have the same name."""
    keyed: dict[str, tf.Variable] = {}
    for variable in variables:
        if variable_key(variable) in keyed:
            raise ValueError(
                f"two variables are named '{variable_key(variable)}', but names in a checkpoint are unique. "
                "Give one of the layers another name."
            )
        keyed[variable_key(variable)] = variable
    return keyed


def restore_variables(
    checkpoint: Checkpoint, variables: Mapping[str, tf.Variable], other_prefixes: Sequence[str]
) -> None:
    """Assigns every variable its tensor, or the part of it that the variable is.

    Args:
      checkpoint: The checkpoint.
      variables: Variables by name.
      other_prefixes: Tensors whose names begin with one of these belong to others.

    Raises:
      JobError: Lists every variable that the checkpoint lacks, every tensor that no variable takes
        and every difference in shape or type. Nothing is assigned.
    """
    shapes, dtypes = shapes_and_dtypes(checkpoint)
    problems = [
        f"missing in the checkpoint: {name} {full_shape(variable)}"
        for name, variable in variables.items()
        if name not in shapes and name not in _LATER_VARIABLES
    ]
    problems += [
        f"unknown to the model: {name} {shapes[name]}"
        for name in sorted(shapes)
        if name not in variables and not name.startswith(tuple(other_prefixes))
    ]
    problems += [
        f"different: {name} is {_kind(dtypes[name], shapes[name])} in the checkpoint, "
        f"{_kind(variable.dtype, full_shape(variable))} in the model"
        for name, variable in variables.items()
        if name in shapes
        and (shapes[name] != full_shape(variable) or dtypes[name] != variable.dtype)
    ]
    if problems:
        raise JobError(
            f"{checkpoint.prefix}: the checkpoint does not fit the model:\n"
            + "".join(f"  {problem}\n" for problem in problems)
            + "Use the configuration that it was trained with (control/params.txt in its log directory), or another --logdir "
            "to start anew."
        )
    assign_saved(checkpoint, [(name, v) for name, v in variables.items() if name in shapes])


def assign_saved(checkpoint: Bundle, sources: Sequence[tuple[str, tf.Variable]]) -> None:
    """Assigns variables tensors of the same type and full shape, or the parts that they hold.

    One piece of the tensors at a time is in memory beside the variables.

    Args:
      checkpoint: its tensors may have been saved whole or in any slices.
      sources: the name of a tensor and the variable that takes it.

    Raises:
      JobError: the bundle is not readable; some variables may be assigned.
    """
    for piece in in_pieces(sources, lambda source: bytes_held([source[1]])):
        # When it returns, its tensors give up their memory.
        _assign_piece(checkpoint, piece)


def _assign_piece(checkpoint: Bundle, piece: Sequence[tuple[str, tf.Variable]]) -> None:
    slices = [
        (name, text, variable.dtype)
        for name, variable in piece
        for text in slices_to_read(variable)
    ]
    values = iter(_read(checkpoint, slices))
    for _, variable in piece:
        variable.assign(joined(variable, [next(values) for _ in slices_to_read(variable)]))


def read_tensors(checkpoint: Bundle, dtypes: Mapping[str, tf.DType]) -> dict[str, tf.Tensor]:
    """Reads the named tensors.

    Args:
      checkpoint: The checkpoint.
      dtypes: Types of the tensors by name.

    Raises:
      JobError: The bundle is not readable although its files are unchanged.
    """
    values = _read(checkpoint, [(name, "", dtype) for name, dtype in dtypes.items()])
    return dict(zip(dtypes, values, strict=True))


def _read(checkpoint: Bundle, slices: Sequence[tuple[str, str, tf.DType]]) -> Sequence[tf.Tensor]:
    """slices: of each the tensor's name, what is read of it, and its type."""
    if not slices:
        return []
    names, texts, dtypes = zip(*slices, strict=True)
    try:
        with literal_prefix(checkpoint.prefix) as prefix:
            return tf.raw_ops.RestoreV2(
                prefix=prefix, tensor_names=names, shape_and_slices=texts, dtypes=dtypes
            )
    except tf.errors.OpError as error:
        raise JobError(f"{checkpoint.prefix}: cannot be read: {error.message}") from error


def shapes_and_dtypes(
    checkpoint: Bundle,
) -> tuple[dict[str, list[int]], dict[str, tf.DType]]:
    """Returns the shape and the type of each tensor, by name. Raises JobError if the bundle is not
    readable.
    """
    try:
        with literal_prefix(checkpoint.prefix) as prefix:
            reader = tf.train.load_checkpoint(prefix)
    # The reader raises both.
    except (tf.errors.OpError, RuntimeError) as error:
        raise JobError(f"{checkpoint.prefix}: cannot be read: {error}") from error
    return reader.get_variable_to_shape_map(), reader.get_variable_to_dtype_map()


def holds(checkpoint: Checkpoint, name: str) -> bool:
    shapes, _ = shapes_and_dtypes(checkpoint)
    return name in shapes


def _kind(dtype: tf.DType, shape: Sequence[int]) -> str:
    return f"{tf.as_dtype(dtype).name} {list(shape)}"
