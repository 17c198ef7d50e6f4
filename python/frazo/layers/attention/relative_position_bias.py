"""A trainable bias of attention by the distance of query and key."""

import math

import tensorflow as tf
from frazo.layers.layer import Layer
from frazo.layers.place import Place
from frazo.proto import initializer_pb2, position_pb2


class RelativePositionBias(Layer):
    """A bias for each bucket of distances (Raffel et al. 2020, section 2.1).

    The table is [num_heads, num_buckets]. The distance is the query's index minus the key's. With n
    buckets for a direction, a distance d < n / 2 has bucket d. A larger one has bucket n / 2 +
    floor(n / 2 log(2 d / n) / log(2 max_distance / n)), but at most n - 1. If causal, n is
    num_buckets, and later keys count as distance 0. Otherwise n is num_buckets / 2, and the buckets
    of keys after the query follow those of keys before it.
    """

    def __init__(
        self,
        message: position_pb2.RelativePositionBias,
        place: Place,
        *,
        num_heads: int,
        causal: bool,
    ):
        """Makes the table.

        Args:
          message: The message.
          place: The place.
          num_heads: The number of heads of queries.
          causal: Whether queries see no later keys.

        Raises:
          ValueError: max_distance lies within the distances that have a bucket of their own.
        """
        super().__init__(message, place)
        self._causal = causal
        self._buckets = message.num_buckets if causal else message.num_buckets // 2
        if message.max_distance <= self._buckets // 2:
            raise ValueError(
                f"{self.path}: max_distance is {message.max_distance}, but the first "
                f"{self._buckets // 2} distances have buckets of their own. Raise max_distance or "
                "lower num_buckets."
            )
        init = initializer_pb2.Initializer()
        init.gaussian.stddev = (num_heads * message.num_buckets) ** -0.5
        if message.HasField("table_init"):
            init = message.table_init
        self.table = place.variable(
            "table", (num_heads, message.num_buckets), axes=("heads", "bucket"), init=init
        )

    def __call__(self, distance: tf.Tensor) -> tf.Tensor:
        """Maps distances, int32 [...], to biases, float32 [num_heads, ...]."""
        return tf.gather(self.table, self.bucket(distance), axis=1)

    def bucket(self, distance: tf.Tensor) -> tf.Tensor:
        """Returns the table's column for each distance, int32 of the same shape."""
        if self._causal:
            return self._one_sided(tf.maximum(distance, 0))
        offset = tf.where(distance < 0, self._buckets, 0)
        return self._one_sided(tf.abs(distance)) + offset

    def _one_sided(self, distance: tf.Tensor) -> tf.Tensor:
        exact = self._buckets // 2
        ratio = tf.cast(tf.maximum(distance, 1), tf.float32) / exact
        spread = (self._buckets - exact) / math.log(self.message.max_distance / exact)
        # In float32 the logarithm of a power may be slightly less than a whole number.
        shared = exact + tf.cast(tf.math.log(ratio) * spread + 1e-5, tf.int32)
        return tf.where(distance < exact, distance, tf.minimum(shared, self._buckets - 1))
