"""What a layer declares about a variable when it makes it."""

import dataclasses

import tensorflow as tf
from frazo.shard.mesh import Held, LogicalAxis

_ATTRIBUTE = "_frazo_declaration"


@dataclasses.dataclass(frozen=True)
class Declaration:
    """What a variable is in the whole model, whichever part of it this process holds.

    axes: a logical axis for each dimension.
    full_shape: the shape of the whole variable.
    held: the ranges of each dimension that this process holds.
    decays: whether l2 and weight decay apply to it unless a rule says otherwise.
    """

    axes: tuple[LogicalAxis, ...]
    full_shape: tuple[int, ...]
    held: Held
    decays: bool = False

    def without_dimension(self, dimension: int) -> "Declaration":
        """The declaration of a mean over one dimension."""

        def rest(values: tuple) -> tuple:
            return values[:dimension] + values[dimension + 1 :]

        return Declaration(rest(self.axes), rest(self.full_shape), rest(self.held))


def declare(variable: tf.Variable, declaration: Declaration) -> tf.Variable:
    """Returns the variable, which from now on has the declaration."""
    setattr(variable, _ATTRIBUTE, declaration)
    return variable


def declaration_of(variable: tf.Variable) -> Declaration:
    """What was declared; Raises LookupError if the variable was not made by Place.variable."""
    declaration = getattr(variable, _ATTRIBUTE, None)
    if declaration is None:
        raise LookupError(
            f"the variable '{variable.name.removesuffix(':0')}' declares no logical axes. A layer "
            "makes its variables by self.place.variable(name, shape, axes=...)."
        )
    return declaration


def whole_scalar() -> Declaration:
    """The declaration of a number that each process has."""
    return Declaration((), (), ())
