"""A vector for each id."""

import math

import tensorflow as tf
from frazo.layers.checked_ids import checked_ids
from frazo.layers.layer import Layer
from frazo.layers.place import Place
from frazo.layers.step_context import StepContext
from frazo.proto import embedding_pb2, initializer_pb2
from frazo.registry import register


@register(embedding_pb2.Embedding)
class Embedding(Layer):
    """Maps ids, int32 [...], to rows of the table, [..., dim]. table: [vocab_size, dim].

    The input is whole numbers. An id without a row raises InvalidArgumentError.
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
        size = self.message.vocab_size
        problem = (
            f"{self.path}: an id is not from 0 to {size - 1}. Raise vocab_size to the size of the "
            "tokenizer's vocabulary, or correct the ids."
        )
        return self.vectors(checked_ids(x, size, problem))

    def vectors(self, ids: tf.Tensor) -> tf.Tensor:
        """Returns the vectors of ids without a check. Each id must have a row."""
        vectors = tf.gather(self.table, ids)
        if self.message.scale_by_sqrt_dim:
            vectors *= math.sqrt(self.message.dim)
        return tf.cast(vectors, self.place.compute_dtype)
