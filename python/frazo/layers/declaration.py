"""The properties that a layer declares when it makes a variable."""

import dataclasses
from collections.abc import Iterable

import tensorflow as tf
from frazo.shard.mesh import Held, LogicalAxis, Mesh, Range, part_of

_ATTRIBUTE = "_frazo_declaration"


@dataclasses.dataclass(frozen=True)
class Declaration:
    """A variable of the whole model, whichever part of it this process holds.

    Attributes:
      axes: The logical axis of each dimension.
      full_shape: The shape of the whole variable.
      held: The ranges of each dimension that this process holds.
      decays: Whether l2 and weight decay apply to the variable, unless a rule says otherwise.
      mesh: The processes that hold the parts.
      stages: The stages of a pipeline that hold the variable; None: there is no pipeline.
      piece_axis: The mesh axis that cuts the value besides the logical axes; "": none does.
    """

    axes: tuple[LogicalAxis, ...]
    full_shape: tuple[int, ...]
    held: Held
    decays: bool = False
    mesh: Mesh = dataclasses.field(default_factory=Mesh.single, compare=False, repr=False)
    stages: frozenset[int] | None = None
    piece_axis: str = ""

    @property
    def cuts(self) -> frozenset[str]:
        """The mesh axes of several processes that do not all hold the same of the variable."""
        names = {self.piece_axis} if self.piece_axis else set()
        if self.stages is not None and self.mesh.pipeline is not None:
            names.add(self.mesh.pipeline.layout.axis)
        return frozenset(names).union(*map(self.mesh.cuts, self.axes))

    @property
    def copies(self) -> int:
        """The number of processes that hold the same part of the variable."""
        return self.mesh.copies(self.cuts) * len(self.stages or (0,))

    @property
    def is_first(self) -> bool:
        """Whether this process is the first of those that hold its part of the variable."""
        pipeline = self.mesh.pipeline
        if self.stages is None or pipeline is None:
            return self.mesh.is_first(self.cuts)
        return pipeline.stage == min(self.stages) and self.mesh.is_first(self.cuts)

    @property
    def is_elsewhere(self) -> bool:
        """Whether this process holds nothing of the variable: other stages do."""
        return self.mesh.is_elsewhere(self.stages)

    def piece(self, dimension: int, part: Range, axis: str) -> "Declaration":
        """Returns the declaration of a piece of what this process holds.

        Args:
          dimension: The dimension that is cut.
          part: The part of it, counted in the held values.
          axis: The mesh axis whose processes hold the pieces.
        """
        held = list(self.held)
        held[dimension] = part_of(held[dimension], part)
        return dataclasses.replace(self, held=tuple(held), piece_axis=axis)

    def without_dimension(self, dimension: int) -> "Declaration":
        """Returns the declaration of a mean over one dimension."""

        def rest(values: tuple) -> tuple:
            return values[:dimension] + values[dimension + 1 :]

        return dataclasses.replace(
            self,
            axes=rest(self.axes),
            full_shape=rest(self.full_shape),
            held=rest(self.held),
            decays=False,
        )


def declare(variable: tf.Variable, declaration: Declaration) -> tf.Variable:
    """Attaches the declaration to the variable and returns the variable."""
    setattr(variable, _ATTRIBUTE, declaration)
    return variable


def find_declaration(variable: tf.Variable) -> Declaration | None:
    """Returns the declaration of a variable.

    It is None for a variable that no layer made. Each process holds such a variable as a whole.
    """
    return getattr(variable, _ATTRIBUTE, None)


def full_shape(variable: tf.Variable) -> list[int]:
    """Returns the shape of the whole variable, of which this process may hold a part."""
    declaration = find_declaration(variable)
    return variable.shape.as_list() if declaration is None else list(declaration.full_shape)


def bytes_held(variables: Iterable[tf.Variable]) -> int:
    """Returns the bytes that this process holds of some variables."""
    return sum(v.shape.num_elements() * v.dtype.size for v in variables)


def inherit(
    variable: tf.Variable, other: tf.Variable, *, without_dimension: int | None = None
) -> tf.Variable:
    """Attaches the declaration of `other`, if it has one, to a variable and returns the variable.

    Args:
      variable: A slot of an optimizer, an average or the like. It does not decay.
      other: A variable of the model.
      without_dimension: The dimension of `other` over which `variable` is a mean.
    """
    declaration = find_declaration(other)
    if declaration is None:
        return variable
    declaration = dataclasses.replace(declaration, decays=False)
    if without_dimension is not None:
        declaration = declaration.without_dimension(without_dimension)
    return declare(variable, declaration)


def declaration_of(variable: tf.Variable) -> Declaration:
    """Returns the declaration of a variable.

    Raises:
      LookupError: The variable was not made by Place.variable.
    """
    declaration = find_declaration(variable)
    if declaration is None:
        raise LookupError(
            f"the variable '{variable.name.removesuffix(':0')}' declares no logical axes. A layer "
            "makes its variables by self.place.variable(name, shape, axes=...)."
        )
    return declaration
