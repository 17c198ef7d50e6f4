"""Joins losses and gradients of the processes of a mesh."""

from collections.abc import Sequence

import tensorflow as tf
from frazo.layers.declaration import find_declaration
from frazo.learn.loss import Loss
from frazo.learn.row_gradients import scaled
from frazo.learn.weight_pieces import Piece, find_piece
from frazo.shard.axis_group import AxisGroup
from frazo.shard.mesh import Mesh
from frazo.train.collective_reduction import CollectiveReduction, buckets
from frazo.train.reduction import Gradient


class MeshReduction(CollectiveReduction):
    """The reduction of a mesh: gradients are added along the batch axis.

    A gradient is already whole along the other axes; see frazo.shard.replicated. That of a weight
    which the batch axis cuts is whole, too: what the others computed with it came back to it. Of
    that of a weight whose optimizer is cut a process gets its piece.

    Attributes:
      mesh: The connected processes.
    """

    def __init__(self, mesh: Mesh, bucket_bytes: int, travel_dtype: tf.DType):
        """Makes no graph yet.

        Args:
          mesh: The mesh.
          bucket_bytes: As in CollectiveReduction.
          travel_dtype: Likewise.
        """
        super().__init__(_BatchLine(mesh.groups.get(mesh.batch_axis)), bucket_bytes, travel_dtype)
        self.mesh = mesh
        self._joined: Loss | None = None

    def target(self, loss: Loss) -> tf.Tensor:
        """Returns this process's part of the mean loss of all batches. Call it before reduce()."""
        self._joined = self._join(loss)
        return tf.math.divide_no_nan(loss.total, self._joined.weight)

    def reduce_slopes(
        self, loss: Loss, slopes: Sequence[Gradient], weights: Sequence[tf.Variable]
    ) -> tuple[Loss, Sequence[Gradient]]:
        """Does what target() and reduce() do, after the backward pass.

        Args:
          loss: The loss of this process's batch, the same in all processes that have this batch.
          slopes: The gradients of loss.total.
          weights: What they are the gradients of.
        """
        self._joined = self._join(loss)
        scale = tf.math.divide_no_nan(1.0, self._joined.weight)
        gradients = [None if slope is None else scaled(slope, scale) for slope in slopes]
        return self.reduce(loss, gradients, weights)

    def _join(self, loss: Loss) -> Loss:
        own = tf.stop_gradient(tf.stack([loss.total, loss.weight]))
        everyone = self.mesh.everyone
        assert everyone is not None
        # All take part, so that all get the same bits and skip the same steps.
        sums = everyone.all_reduce(own) * (self.num_processes / everyone.size)
        return Loss(*tf.unstack(sums))

    def reduce(
        self, loss: Loss, gradients: Sequence[Gradient], weights: Sequence[tf.Variable]
    ) -> tuple[Loss, Sequence[Gradient]]:
        joined = self._joined
        assert joined is not None, "target() was not called"
        if self.num_processes == 1:
            return joined, gradients
        added = [
            i
            for i, (gradient, weight) in enumerate(zip(gradients, weights, strict=True))
            if gradient is not None and self._is_added(weight)
        ]
        result = list(gradients)
        pieces = {i: piece for i in added if (piece := find_piece(weights[i])) is not None}
        whole = [i for i in added if i not in pieces]
        sums = self.bucket_sums([tf.convert_to_tensor(gradients[i]) for i in whole])
        for i, value in zip(whole, sums, strict=True):
            result[i] = value
        cut = [tf.convert_to_tensor(gradients[i]) for i in pieces]
        for i, value in zip(pieces, self._own_pieces(cut, list(pieces.values())), strict=True):
            result[i] = value
        return joined, result

    def _own_pieces(
        self, gradients: Sequence[tf.Tensor], pieces: Sequence[Piece]
    ) -> list[tf.Tensor]:
        """Returns this process's pieces of the sums of gradients, which travel in buckets."""
        own: list[tf.Tensor | None] = [None] * len(gradients)
        count = self.num_processes
        sizes = [gradient.shape.num_elements() // count for gradient in gradients]
        for bucket in buckets([size * count * 4 for size in sizes], self._bucket_bytes):
            parts = [tf.split(gradients[i], count, pieces[i].dimension) for i in bucket]
            shapes = [part[0].shape for part in parts]
            # [count, numbers]: row i has the pieces of process i.
            rows = tf.concat([tf.reshape(tf.stack(part), [count, -1]) for part in parts], 1)
            group = pieces[bucket[0]].group
            row = group.reduce_scatter(tf.cast(rows, self._travel_dtype))[0]
            flat = tf.split(tf.cast(row, tf.float32), [sizes[i] for i in bucket])
            for i, value, shape in zip(bucket, flat, shapes, strict=True):
                own[i] = tf.reshape(value, shape)
        return own

    def _is_added(self, weight: tf.Variable) -> bool:
        declaration = find_declaration(weight)
        if declaration is None:
            return True
        return not declaration.is_elsewhere and self.mesh.batch_axis not in declaration.cuts


class _BatchLine:
    """The processes that have batches of their own, as a CollectiveReduction takes them."""

    def __init__(self, group: AxisGroup | None):
        self._group = group
        self.size = 1 if group is None else group.size

    def sum(self, tensor: tf.Tensor) -> tf.Tensor:
        return tensor if self._group is None else self._group.all_reduce(tensor)
