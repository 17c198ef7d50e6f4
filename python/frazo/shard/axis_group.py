"""The processes on one line of a mesh axis, and the collectives between them."""

import itertools
from collections.abc import Callable, Sequence

import tensorflow as tf


class AxisGroup:
    """Processes that differ only in their coordinate on one mesh axis, one tensor from each.

    All of them must build the same calls in the same order, as a program that is the same in each
    does: the number of a call in this order is its name. Within a graph the calls of all groups of
    an `order` run in the order in which they were built, so that no two processes wait for each
    other in different calls.

    Each function is linear, and its gradient is that of the sum of the losses of all processes:
    the transpose of the function. See `replicated` for tensors that are the same in each process,
    whose loss counts once.

    Attributes:
      axis: The name of the mesh axis.
      rank: The coordinate of this process on it.
      size: The number of processes; with one, every result is the argument.
      key: Tells these processes from every other group of the run.
    """

    def __init__(self, axis: str, rank: int, size: int, *, key: int, order: "CallOrder"):
        """Sends nothing.

        Args:
          axis: The name of the mesh axis.
          rank: The coordinate of this process on it.
          size: The number of processes.
          key: Tells these processes from every other group of the run.
          order: Orders the calls of this process. Its groups share it.

        Raises:
          ValueError: The rank is not in the group.
        """
        if not 0 <= rank < size:
            raise ValueError(
                f"mesh axis {axis}: the coordinate is {rank}, but it has {size} processes, from 0 on"
            )
        self.axis = axis
        self.rank = rank
        self.size = size
        self.key = key
        self._order = order
        self._calls = itertools.count(1)

    def all_reduce(self, x: tf.Tensor) -> tf.Tensor:
        """Adds the tensors of all processes. All get the same bits.

        Args:
          x: Any shape, the same in each process; a type that can be added.

        Returns:
          The sum, of the shape of x.
        """
        return self._linear(x, self._sum, self._sum)

    def all_reduce_max(self, x: tf.Tensor) -> tf.Tensor:
        """Returns the largest of each element. It has no gradient.

        Args:
          x: Any shape, the same in each process; a type that can be compared.
        """
        if self.size == 1:
            return tf.stop_gradient(x)
        return self._reduce(tf.stop_gradient(x), "Max")

    def all_gather(self, x: tf.Tensor, dimension: int = 0) -> tf.Tensor:
        """Joins the tensors of all processes along a dimension, in the order of the ranks.

        Args:
          x: Any shape but [], the same in each process.
          dimension: The dimension along which they are joined.

        Returns:
          A tensor that is `size` times as long in this dimension.
        """
        return self._linear(
            x, lambda y: self._gather(y, dimension), lambda y: self._scatter(y, dimension)
        )

    def reduce_scatter(self, x: tf.Tensor, dimension: int = 0) -> tf.Tensor:
        """Adds the tensors of all processes, each of which gets its piece of the sum.

        Args:
          x: Any shape but [], the same in each process; `size` divides the dimension.
          dimension: The dimension that is cut into equal pieces.

        Returns:
          A tensor that is 1 / `size` as long in this dimension.

        Raises:
          ValueError: `size` does not divide the dimension.
        """
        length = x.shape[dimension]
        if length is not None and length % self.size:
            raise ValueError(
                f"mesh axis {self.axis}: {self.size} processes cannot get equal pieces of dimension "
                f"{dimension}, which has the size {length}. Make the size a multiple of {self.size}."
            )
        return self._linear(
            x, lambda y: self._scatter(y, dimension), lambda y: self._gather(y, dimension)
        )

    def all_to_all(self, x: tf.Tensor) -> tf.Tensor:
        """Sends x[i] to process i.

        Args:
          x: [size, ...], the same shape in each process.

        Returns:
          [size, ...]: what process i sent is at index i.

        Raises:
          ValueError: The first dimension is not `size`.
        """
        if not x.shape[:1].is_compatible_with([self.size]):
            raise ValueError(
                f"mesh axis {self.axis}: all_to_all sends a piece to each of {self.size} processes, but "
                f"the tensor has the shape {x.shape}. Its first dimension must be {self.size}."
            )
        return self._linear(x, self._exchange, self._exchange)

    def broadcast(self, x: tf.Tensor, root: int = 0) -> tf.Tensor:
        """Returns the tensor of one process in all of them.

        Args:
          x: Any shape, the same in each process; a type that can be added.
          root: The rank of the process whose tensor it is.

        Raises:
          ValueError: There is no such process.
        """
        if not 0 <= root < self.size:
            raise ValueError(
                f"mesh axis {self.axis}: it has no process {root} to broadcast from, only "
                f"{self.size}, from 0 on"
            )

        # TensorFlow's broadcast takes no place in an order.
        def from_root(y: tf.Tensor) -> tf.Tensor:
            return self._sum(y if self.rank == root else tf.zeros_like(y))

        def to_root(y: tf.Tensor) -> tf.Tensor:
            total = self._sum(y)
            return total if self.rank == root else tf.zeros_like(total)

        return self._linear(x, from_root, to_root)

    def own_piece(self, x: tf.Tensor, dimension: int) -> tf.Tensor:
        """Returns the piece of x that belongs to this process. It sends nothing.

        Args:
          x: Any shape but []; `size` divides the dimension.
          dimension: The dimension that is cut into equal pieces.
        """
        return tf.split(x, self.size, dimension)[self.rank]

    def _linear(
        self,
        x: tf.Tensor,
        function: Callable[[tf.Tensor], tf.Tensor],
        transpose: Callable[[tf.Tensor], tf.Tensor],
    ) -> tf.Tensor:
        """Applies a linear function, whose own gradient is linear, too."""
        if self.size == 1:
            return x

        @tf.custom_gradient
        def apply(x):
            return function(x), lambda slope: self._linear(slope, transpose, function)

        return apply(tf.convert_to_tensor(x))

    def _sum(self, x: tf.Tensor) -> tf.Tensor:
        return self._reduce(x, "Add")

    def _reduce(self, x: tf.Tensor, merge: str) -> tf.Tensor:
        return tf.raw_ops.CollectiveReduceV2(
            input=x, merge_op=merge, final_op="Id", **self._call(), communication_hint="ring"
        )

    def _gather(self, x: tf.Tensor, dimension: int) -> tf.Tensor:
        # TensorFlow gathers no bfloat16; each is a float32.
        wide = tf.cast(x, tf.float32) if x.dtype == tf.bfloat16 else x
        rows = tf.raw_ops.CollectiveGatherV2(
            input=wide[tf.newaxis], **self._call(), communication_hint="ring"
        )
        # The op does not tell the shape.
        rows.set_shape([self.size, *x.shape])
        parts: Sequence[tf.Tensor] = tf.unstack(tf.cast(rows, x.dtype), self.size)
        return tf.concat(parts, dimension)

    def _scatter(self, x: tf.Tensor, dimension: int) -> tf.Tensor:
        # Between processors TensorFlow has no reduce-scatter. This sends as little.
        return tf.reduce_sum(self._exchange(tf.stack(tf.split(x, self.size, dimension))), 0)

    def _exchange(self, x: tf.Tensor) -> tf.Tensor:
        exchanged = tf.raw_ops.CollectiveAllToAllV2(
            input=x, **self._call(), communication_hint="ring"
        )
        # The op does not tell the shape.
        exchanged.set_shape(x.shape)
        return exchanged

    def _call(self) -> dict[str, object]:
        return {
            "group_size": self.size,
            "group_key": self.key,
            "instance_key": next(self._calls),
            "ordering_token": self._order.tokens(),
        }


class CallOrder:
    """Makes the collectives of a process run one after the other, in the order of their building.

    Each takes the same resource as an argument, and TensorFlow orders what takes a resource.
    """

    def __init__(self):
        self._token: tf.Variable | None = None

    def tokens(self) -> list[tf.Tensor]:
        """Returns the argument that orders a call."""
        token = self._token
        if token is None:
            with tf.init_scope():
                token = tf.Variable(0.0, trainable=False, name="order_of_collectives")
            self._token = token
        return [token.handle]
