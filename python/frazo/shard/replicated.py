"""Functions between tensors that are the same in all processes of an axis, and their pieces.

A model computes its loss in each process of an axis from the same tensors, but the loss counts
once. So a gradient that arrives at such a tensor is the whole one in each process. It is not a part
of a sum. These are f and g of Shoeybi et al. 2019, "Megatron-LM", section 3. Each takes None for a
group of one process and returns its argument.
"""

import tensorflow as tf
from frazo.shard.axis_group import AxisGroup


def enter(x: tf.Tensor, group: AxisGroup | None) -> tf.Tensor:
    """Returns x for computations that differ between the processes.

    Args:
      x: The same in each process: the input of a projection whose output is cut, or a weight that
        is not cut.
      group: The processes.

    Returns:
      x. Its gradient is the sum of the gradients of all processes.
    """
    if group is None or group.size == 1:
        return x

    @tf.custom_gradient
    def apply(x):
        return tf.identity(x), lambda slope: leave(slope, group)

    return apply(tf.convert_to_tensor(x))


def leave(x: tf.Tensor, group: AxisGroup | None) -> tf.Tensor:
    """Adds what each process has computed of a tensor.

    Args:
      x: The summand of this process.
      group: The processes.

    Returns:
      The sum, the same in each process. Its gradient goes to each summand.
    """
    if group is None or group.size == 1:
        return x

    @tf.custom_gradient
    def apply(x):
        return group.all_reduce(x), lambda slope: enter(slope, group)

    return apply(tf.convert_to_tensor(x))


def join(x: tf.Tensor, group: AxisGroup | None, dimension: int = -1) -> tf.Tensor:
    """Joins the pieces that the processes have of a tensor.

    Args:
      x: The piece of this process.
      group: The processes.
      dimension: The dimension that is cut.

    Returns:
      The whole tensor, the same in each process. A piece gets its part of the gradient.
    """
    if group is None or group.size == 1:
        return x
    dimension %= x.shape.rank

    @tf.custom_gradient
    def apply(x):
        return group.all_gather(x, dimension), lambda slope: cut(slope, group, dimension)

    return apply(tf.convert_to_tensor(x))


def cut(x: tf.Tensor, group: AxisGroup | None, dimension: int = -1) -> tf.Tensor:
    """Cuts a tensor that is the same in each process.

    Args:
      x: The whole tensor.
      group: The processes.
      dimension: The dimension that is cut.

    Returns:
      The piece of this process. The gradient of x joins those of the pieces.
    """
    if group is None or group.size == 1:
        return x
    dimension %= x.shape.rank

    @tf.custom_gradient
    def apply(x):
        return group.own_piece(x, dimension), lambda slope: join(slope, group, dimension)

    return apply(tf.convert_to_tensor(x))
