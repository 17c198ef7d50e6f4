"""The pieces of weights that the processes of the batch axis update, one each.

Rajbhandari et al. 2020, "ZeRO", section 5.1: each process needs the optimizer's state of its piece
only. The gradients are added piece by piece, and the new pieces are joined.
"""

import dataclasses
from collections.abc import Sequence
from typing import NamedTuple

import tensorflow as tf
from frazo.layers.declaration import declaration_of, declare, find_declaration
from frazo.learn.trained_weight import TrainedWeight
from frazo.shard.axis_group import AxisGroup
from frazo.shard.mesh import Range


class Piece(NamedTuple):
    """How the processes of the batch axis share a weight.

    Attributes:
      dimension: The dimension that is cut into equal pieces.
      group: The processes, in the order of their pieces.
    """

    dimension: int
    group: AxisGroup

    def of(self, x: tf.Tensor) -> tf.Tensor:
        """Returns the piece of this process of a tensor with the weight's shape."""
        return self.group.own_piece(x, self.dimension)


def find_piece(variable: tf.Variable) -> Piece | None:
    """Returns how a weight is shared; None if each process updates all that it holds of it.

    The first dimension is cut whose size is a multiple of the number of processes.
    """
    declaration = find_declaration(variable)
    mesh = declaration.mesh if declaration else None
    if declaration is None or mesh is None or not mesh.cuts_optimizer:
        return None
    group = mesh.groups[mesh.batch_axis]
    if group.size == 1 or mesh.batch_axis in declaration.cuts or declaration.is_elsewhere:
        return None
    sizes = variable.shape.as_list()
    dimension = next((i for i, size in enumerate(sizes) if size % group.size == 0), None)
    return None if dimension is None else Piece(dimension, group)


class WeightPieces(tf.Module):
    """Variables for the pieces of this process. They are no state: the weights have their values.

    Attributes:
      variables_to_update: The pieces.
    """

    def __init__(self, weights: Sequence[TrainedWeight]):
        super().__init__()
        self._pieces: dict[int, Piece] = {}
        self._variables: dict[int, tf.Variable] = {}
        for weight in weights:
            piece = find_piece(weight.variable)
            if piece is not None:
                self._pieces[id(weight.variable)] = piece
                self._variables[id(weight.variable)] = _piece_variable(weight, piece)

    @property
    def variables_to_update(self) -> list[tf.Variable]:
        return list(self._variables.values())

    def of(self, weight: TrainedWeight) -> TrainedWeight:
        """Returns what this process updates of a weight: a piece, or all that it holds."""
        variable = self._variables.get(id(weight.variable))
        return weight if variable is None else dataclasses.replace(weight, variable=variable)

    def read(self, weights: Sequence[tf.Variable]) -> None:
        """Sets the pieces of some weights to the weights' values."""
        for weight in weights:
            if id(weight) in self._pieces:
                self._variables[id(weight)].assign(self._pieces[id(weight)].of(weight.read_value()))

    def write(self, weights: Sequence[tf.Variable]) -> None:
        """Sets some weights to the pieces of all processes."""
        for weight in weights:
            if id(weight) in self._pieces:
                dimension, group = self._pieces[id(weight)]
                own = self._variables[id(weight)].read_value()
                weight.assign(group.all_gather(own, dimension))


def _piece_variable(weight: TrainedWeight, piece: Piece) -> tf.Variable:
    variable = tf.Variable(
        piece.of(weight.variable.read_value()), trainable=False, name=weight.name
    )
    size = variable.shape[piece.dimension]
    own = Range(piece.group.rank * size, size)
    declaration = declaration_of(weight.variable)
    return declare(variable, declaration.piece(piece.dimension, own, piece.group.axis))
