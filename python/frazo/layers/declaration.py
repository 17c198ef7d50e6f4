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


def find_declaration(variable: tf.Variable) -> Declaration | None:
    """What was declared; None for a variable that is no layer's, which each process has whole."""
    return getattr(variable, _ATTRIBUTE, None)


def inherit(
    variable: tf.Variable, other: tf.Variable, *, without_dimension: int | None = None
) -> tf.Variable:
    """Returns the variable, which from now on has the declaration of the other, if that has any.

    Args:
      variable: what an optimizer or the like remembers for the other; it does not decay.
      other: a variable of the model.
      without_dimension: the dimension of the other that the variable is a mean over.
    """
    declaration = find_declaration(other)
    if declaration is None:
        return variable
    declaration = dataclasses.replace(declaration, decays=False)
    if without_dimension is not None:
        declaration = declaration.without_dimension(without_dimension)
    return declare(variable, declaration)


def declaration_of(variable: tf.Variable) -> Declaration:
    """What was declared. Raises LookupError if the variable was not made by Place.variable."""
    declaration = find_declaration(variable)
    if declaration is None:
        raise LookupError(
            f"the variable '{variable.name.removesuffix(':0')}' declares no logical axes. A layer "
            "makes its variables by self.place.variable(name, shape, axes=...)."
        )
    return declaration
