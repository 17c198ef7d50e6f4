"""Sums and means over whole weights, of which a process may hold a part."""

import math
from collections.abc import Sequence

import tensorflow as tf
from frazo.layers.declaration import find_declaration, full_shape
from frazo.learn.row_gradients import Gradient, squared_norm
from frazo.learn.trained_weight import TrainedWeight


def whole_sums(weights: Sequence[TrainedWeight], own: Sequence[tf.Tensor]) -> tf.Tensor:
    """Adds what each process has summed over its part of each weight.

    If the mesh cuts none of the weights, nothing is sent.

    Args:
      weights: The weights.
      own: For each weight a sum over the part of this process, float32 [].

    Returns:
      The sums over the whole weights, float32 [weights], the same bits in all processes.
    """
    if not weights:
        return tf.zeros([0])
    sums = tf.stack(own)
    declarations = [find_declaration(weight.variable) for weight in weights]
    mesh = next((each.mesh for each in declarations if each and each.cuts), None)
    if mesh is None:
        return sums
    # Each part counts once, although several processes may hold it.
    shares = [1 / (each.copies if each else mesh.num_processes) for each in declarations]
    assert mesh.everyone is not None, "the processes of the mesh are not connected"
    return mesh.everyone.all_reduce(sums * tf.constant(shares))


def squared_norms(weights: Sequence[TrainedWeight], values: Sequence[Gradient]) -> tf.Tensor:
    """Returns the squared norms of whole values, float32 [weights].

    Args:
      weights: The weights.
      values: For each weight a value of its shape. One that lists rows lists each once.
    """
    return whole_sums(weights, [squared_norm(value) for value in values])


def norms(weights: Sequence[TrainedWeight], values: Sequence[tf.Tensor]) -> list[tf.Tensor]:
    """Returns the norms of whole values, each float32 [].

    Args:
      weights: The weights.
      values: For each weight a value of its shape.
    """
    if not any(map(cut_suffix, weights)):
        return [tf.norm(value) for value in values]
    return tf.unstack(tf.sqrt(squared_norms(weights, values)))


def root_mean_squares(
    weights: Sequence[TrainedWeight], values: Sequence[tf.Tensor]
) -> list[tf.Tensor]:
    """Returns sqrt(mean(value^2)) of whole values, each float32 [].

    Args:
      weights: The weights.
      values: For each weight a value of its shape.
    """
    if not any(map(cut_suffix, weights)):
        return [tf.sqrt(tf.reduce_mean(tf.square(value))) for value in values]
    sizes = [math.prod(full_shape(weight.variable)) for weight in weights]
    means = squared_norms(weights, values) / tf.constant(sizes, tf.float32)
    return tf.unstack(tf.sqrt(means))


def whole_mean(weight: TrainedWeight, values: tf.Tensor, dimension: int) -> tf.Tensor:
    """Returns the mean over a dimension of a whole value; the dimension stays, with size 1.

    Args:
      weight: The weight.
      values: This process's part of a value with the weight's dimensions.
      dimension: The dimension over which the mean is.
    """
    mean = tf.reduce_mean(values, dimension, keepdims=True)
    declaration = find_declaration(weight.variable)
    if declaration and declaration.is_elsewhere:
        return mean
    group = declaration.mesh.group(declaration.axes[dimension]) if declaration else None
    # All processes have as many indices.
    return mean if group is None else group.all_reduce(mean) / group.size


def cut_suffix(weight: TrainedWeight) -> str:
    """Returns what tells this process's part of a weight from the other parts; "": it is whole."""
    declaration = find_declaration(weight.variable)
    if declaration is None:
        return ""
    coordinates = declaration.mesh.coordinates
    return "".join(f"@{name}{coordinates[name]}" for name in sorted(declaration.cuts))
