"""Restores variables from the tensors of a checkpoint."""

from collections.abc import Mapping, Sequence

import tensorflow as tf
from frazo.checkpoint.directory import Checkpoint
from frazo.program.errors import JobError

# Variables that checkpoints of older versions lack. They keep their initial values: here, gradients
# that such a checkpoint has accumulated for the next update count as those of one example.
_LATER_VARIABLES = frozenset(["learner/accumulated_loss_weight"])


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
    checkpoint: Checkpoint, variables: Mapping[str, tf.Variable], other_prefix: str
) -> None:
    """Assigns every variable its tensor.

    Args:
      checkpoint: The checkpoint.
      variables: Variables by name.
      other_prefix: Tensors whose names begin with this belong to others.

    Raises:
      JobError: Lists every variable that the checkpoint lacks, every tensor that no variable takes
        and every difference in shape or type. Nothing is assigned.
    """
    reader = tf.train.load_checkpoint(checkpoint.prefix)
    shapes = reader.get_variable_to_shape_map()
    dtypes = reader.get_variable_to_dtype_map()
    problems = [
        f"missing in the checkpoint: {name} {variable.shape.as_list()}"
        for name, variable in variables.items()
        if name not in shapes and name not in _LATER_VARIABLES
    ]
    problems += [
        f"unknown to the model: {name} {shapes[name]}"
        for name in sorted(shapes)
        if name not in variables and not name.startswith(other_prefix)
    ]
    problems += [
        f"different: {name} is {_kind(dtypes[name], shapes[name])} in the checkpoint, "
        f"{_kind(variable.dtype, variable.shape.as_list())} in the model"
        for name, variable in variables.items()
        if name in shapes
        and (shapes[name] != variable.shape.as_list() or dtypes[name] != variable.dtype)
    ]
    if problems:
        raise JobError(
            f"{checkpoint.prefix}: the checkpoint does not fit the model:\n"
            + "".join(f"  {problem}\n" for problem in problems)
            + "Use the configuration that it was trained with (control/params.txt in its log directory), or another --logdir "
            "to start anew."
        )
    saved = [name for name in variables if name in shapes]
    values = read_tensors(checkpoint, {name: dtypes[name] for name in saved})
    for name in saved:
        variables[name].assign(values[name])


def read_tensors(checkpoint: Checkpoint, dtypes: Mapping[str, tf.DType]) -> dict[str, tf.Tensor]:
    """Reads the named tensors.

    Args:
      checkpoint: The checkpoint.
      dtypes: Types of the tensors by name.

    Raises:
      JobError: The bundle is not readable although its files are unchanged.
    """
    names = list(dtypes)
    try:
        tensors = tf.raw_ops.RestoreV2(
            prefix=checkpoint.prefix,
            tensor_names=names,
            shape_and_slices=[""] * len(names),
            dtypes=[dtypes[name] for name in names],
        )
    except tf.errors.OpError as error:
        raise JobError(f"{checkpoint.prefix}: cannot be read: {error.message}") from error
    return dict(zip(names, tensors, strict=True))


def holds(checkpoint: Checkpoint, name: str) -> bool:
    return tf.train.load_checkpoint(checkpoint.prefix).has_tensor(name)


def _kind(dtype: tf.DType, shape: Sequence[int]) -> str:
    return f"{tf.as_dtype(dtype).name} {list(shape)}"
