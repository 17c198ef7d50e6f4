"""A vector for each id."""

import math

import tensorflow as tf
from frazo.layers.layer import Layer
from frazo.layers.place import Place
from frazo.layers.step_context import StepContext
from frazo.proto import embedding_pb2, initializer_pb2
from frazo.registry import register


@register(embedding_pb2.Embedding)
class Embedding(Layer):
    """Row `id` of the table: ids, int32 [...], to float32 [..., dim]. table: [vocab_size, dim].

    Unlike other layers it takes whole numbers. An id that has no row is InvalidArgumentError.
    """

    def __init__(self, message: embedding_pb2.Embedding, place: Place):
        super().__init__(message, place)
        self.output_shape = (*self.input_shape, message.dim)
        init = initializer_pb2.Initializer()
        init.gaussian.stddev = message.dim**-0.5
        if message.HasField("table_init"):
            init = message.table_init
        self.table = place.variable(
            "table", (message.vocab_size, message.dim), axes=("vocab", "embed"), init=init
        )

    def __call__(self, x: tf.Tensor, context: StepContext) -> tf.Tensor:
        vectors = tf.gather(self.table, self._checked(x))
        if self.message.scale_by_sqrt_dim:
            vectors *= math.sqrt(self.message.dim)
        return vectors

    def _checked(self, ids: tf.Tensor) -> tf.Tensor:
        size = self.message.vocab_size
        is_known = tf.reduce_all((ids >= 0) & (ids < size))
        check = tf.debugging.Assert(
            is_known,
            [
                f"{self.path}: an id is not from 0 to {size - 1}. Raise vocab_size to the size of "
                "the tokenizer's vocabulary, or correct the ids. The smallest and the largest id:",
                tf.reduce_min(ids),
                tf.reduce_max(ids),
            ],
        )
        # Without the dependency the lookup's own check may be the first to fail, and names no remedy.
        with tf.control_dependencies([check]):
            return tf.identity(ids)
