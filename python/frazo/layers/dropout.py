"""Inverted dropout."""

import tensorflow as tf
from frazo.layers.layer import Layer
from frazo.layers.place import Place
from frazo.layers.step_context import StepContext
from frazo.proto import dropout_pb2
from frazo.registry import register
from frazo.shard.mesh import LogicalAxis

_PHILOX = 1


@register(dropout_pb2.Dropout)
class Dropout(Layer):
    """Zeroes elements of any shape at random in training (Srivastava et al. 2014).

    The choice of elements is a pure function of the experiment's seed, the step and the path.
    """

    def __init__(
        self, message: dropout_pb2.Dropout, place: Place, *, cut_axis: LogicalAxis | None = None
    ):
        """Draws nothing yet.

        Args:
          message: The message.
          place: The place.
          cut_axis: The logical axis of a dimension of x. If the mesh cuts it, each process draws
            numbers of its own. None: x is the same in all processes that have the same batch.
        """
        super().__init__(message, place)
        cuts = sorted(place.mesh.cuts(cut_axis)) if cut_axis is not None else []
        own = "".join(f"@{name}{place.mesh.coordinates[name]}" for name in cuts)
        self._random_path = self.path + own
        # The rate in units of 1/65536. The scale uses the rounded rate to keep the mean exactly.
        self._threshold = min(round(message.rate * 65536), 65535)

    def __call__(self, x: tf.Tensor, context: StepContext) -> tf.Tensor:
        if not context.training or self._threshold == 0:
            return x
        scale = 65536 / (65536 - self._threshold)
        bits = random_uint16(tf.shape(x), context.seed_for(self._random_path))
        keep = tf.cast(bits >= tf.constant(self._threshold, tf.uint16), x.dtype)
        return x * (keep * scale)


def random_uint16(shape: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """Draws uniform random numbers, a pure function of the seed.

    It is cheap because it cuts four values from each 64-bit word of the generator.

    Args:
      shape: int32 [rank].
      seed: int64 [2].

    Returns:
      uint16 of the given shape.
    """
    count = tf.reduce_prod(shape)
    words = tf.raw_ops.StatelessRandomUniformFullIntV2(
        shape=[(count + 3) // 4],
        key=tf.bitcast(seed[:1], tf.uint64),
        # The step is the upper word of the counter, so that streams of two steps never overlap.
        counter=tf.bitcast(tf.stack([tf.zeros([], tf.int64), seed[1]]), tf.uint64),
        alg=_PHILOX,
        dtype=tf.uint64,
    )
    values = tf.reshape(tf.bitcast(words, tf.uint16), [-1])
    return tf.reshape(values[:count], shape)
