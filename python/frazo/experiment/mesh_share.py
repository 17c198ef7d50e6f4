"""Tells how much of a model a process holds."""

import math
from collections.abc import Sequence

import tensorflow as tf
from frazo.layers.declaration import full_shape
from frazo.shard.mesh import Mesh


def show_share(variables: Sequence[tf.Variable], mesh: Mesh) -> str:
    """Returns "data 2 x model 2: the worker at data 0, model 1 holds 5 of 9 parameters (56%)".

    Args:
      variables: The variables of the model.
      mesh: The mesh, in which this process has a place.
    """
    held = sum(math.prod(variable.shape) for variable in variables)
    whole = sum(math.prod(full_shape(variable)) for variable in variables)
    sizes = " x ".join(f"{name} {size}" for name, size in mesh.sizes.items())
    own = ", ".join(f"{name} {coordinate}" for name, coordinate in mesh.coordinates.items())
    percent = f"{100 * held / whole:.0f}%" if whole else "all"
    return f"{sizes}: the worker at {own} holds {held:,} of {whole:,} parameters ({percent})"
