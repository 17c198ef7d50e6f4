"""Muon: momentum with orthogonal updates."""

import math
from collections.abc import Sequence

import tensorflow as tf
from frazo.layers.declaration import find_declaration, full_shape
from frazo.learn.optimizer import Optimizer
from frazo.learn.optimizers.adam_w import AdamW
from frazo.learn.optimizers.orthogonalization import orthogonalized
from frazo.learn.trained_weight import TrainedWeight
from frazo.proto import optimizer_pb2
from frazo.registry import register
from frazo.shard.axis_group import AxisGroup
from frazo.shard.mesh import axis_names

# The rows or columns of what has one of these axes are looked up or chosen one by one.
_AXES_OF_TABLES = frozenset({"vocab", "position", "bucket"})
# The root mean square of AdamW's updates (Liu et al. 2025, section 2.2).
_UPDATE_RMS = 0.2


@register(optimizer_pb2.Muon)
class Muon(Optimizer):
    """Jordan et al. 2024, with updates as large as AdamW's (Liu et al. 2025, equation 4).

    See the message. A mesh may cut each matrix along its rows or its columns: what is summed over
    the cut side is added between the processes, and no matrix is gathered.
    """

    def __init__(self, message: optimizer_pb2.Muon, *, weights: Sequence[TrainedWeight]):
        super().__init__(message, weights=weights)
        self._matrices = [_Matrices(weight) for weight in self.weights if _has_matrices(weight)]
        self._momenta = [
            self.add_slot("muon", each.weight, tf.zeros_like(each.weight.variable))
            for each in self._matrices
        ]
        others = [weight for weight in self.weights if not _has_matrices(weight)]
        self._others = AdamW(message.others, weights=others) if others else None
        if self._others:
            self.slots += self._others.slots

    def apply(self, gradients: Sequence[tf.Tensor], learning_rate: tf.Tensor) -> None:
        of = {id(w): gradient for w, gradient in zip(self.weights, gradients, strict=True)}
        if self._others:
            self._others.apply([of[id(w)] for w in self._others.weights], learning_rate)
        momentum = self.message.momentum
        for matrices, slot in zip(self._matrices, self._momenta, strict=True):
            weight = matrices.weight
            gradient = of[id(weight)]
            average = slot.assign(momentum * slot + gradient, read_value=True)
            update = matrices.orthogonalized(gradient + momentum * average)
            if weight.decays:
                update += self.message.weight_decay * weight.variable
            weight.variable.assign_sub(weight.rate(learning_rate) * update)


class _Matrices:
    """The matrices of a weight: one, or one for each expert.

    All dimensions but the last are the rows.
    """

    def __init__(self, weight: TrainedWeight):
        """Sends nothing.

        Raises:
          ValueError: The mesh cuts both the rows and the columns.
        """
        self.weight = weight
        shape, full = weight.variable.shape.as_list(), full_shape(weight.variable)
        first = 1 if _axis_names(weight)[0] == "expert" else 0
        self._shape = [*shape[:first], math.prod(shape[first:-1]), shape[-1]]
        largest = max(math.prod(full[first:-1]), full[-1])
        self._scale = _UPDATE_RMS * math.sqrt(largest)
        groups = _groups(weight)
        self._of_rows = [group for group in groups[first:-1] if group is not None]
        self._of_columns = [group for group in groups[-1:] if group is not None]
        if self._of_rows and self._of_columns:
            raise ValueError(
                f"optimizer: Muon cannot update {weight.name}, which the mesh cuts along rows and "
                f"columns. Leave out one of the rules for {', '.join(_axis_names(weight))}, or choose "
                "another optimizer."
            )

    def orthogonalized(self, value: tf.Tensor) -> tf.Tensor:
        """Returns an update for a value with the weight's shape."""
        if 0 in self._shape:
            # Another stage of a pipeline has the weight.
            return value
        is_cut = bool(self._of_rows or self._of_columns)
        update = orthogonalized(
            tf.reshape(value, self._shape),
            sums_over_rows=bool(self._of_rows) if is_cut else None,
            whole_sum=self._whole_sum,
        )
        return self._scale * tf.reshape(update, tf.shape(value))

    def _whole_sum(self, own: tf.Tensor) -> tf.Tensor:
        for group in self._of_rows + self._of_columns:
            own = group.all_reduce(own)
        return own


def _has_matrices(weight: TrainedWeight) -> bool:
    return weight.variable.shape.rank >= 2 and not _AXES_OF_TABLES.intersection(_axis_names(weight))


def _axis_names(weight: TrainedWeight) -> tuple[str, ...]:
    declaration = find_declaration(weight.variable)
    return axis_names(declaration.axes) if declaration else ("",) * weight.variable.shape.rank


def _groups(weight: TrainedWeight) -> list[AxisGroup | None]:
    """Returns for each dimension the processes between which it is cut."""
    declaration = find_declaration(weight.variable)
    if declaration is None:
        return [None] * weight.variable.shape.rank
    return [declaration.mesh.group(axis) for axis in declaration.axes]
