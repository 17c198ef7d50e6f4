"""A vector for each id."""

import math

import tensorflow as tf
from frazo.layers.checked_ids import checked_ids
from frazo.layers.declaration import declaration_of
from frazo.layers.layer import Layer
from frazo.layers.place import Place
from frazo.layers.step_context import StepContext
from frazo.proto import embedding_pb2, initializer_pb2
from frazo.registry import register
from frazo.shard.replicated import leave


@register(embedding_pb2.Embedding)
class Embedding(Layer):
    """Maps ids, int32 [...], to rows of the table, [..., dim]. table: [vocab_size, dim].

    The input is whole numbers. An id without a row raises InvalidArgumentError. If the mesh cuts
    "vocab", each process finds the vectors of its own rows, and they are added (Shoeybi et al.
    2019, section 3). Stages of a pipeline that do not have the table get zeros.

    Attributes:
      is_read_whole: Whether something reads the whole table, too, as a softmax that shares it does.
    """

    def __init__(self, message: embedding_pb2.Embedding, place: Place):
        super().__init__(message, place)
        self.output_shape = (*self.input_shape, message.dim)
        self.is_read_whole = False
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
        if self.place.is_elsewhere:
            return tf.zeros(
                tf.concat([tf.shape(ids), [self.message.dim]], 0), self.place.compute_dtype
            )
        vectors = self._rows(ids)
        if self.message.scale_by_sqrt_dim:
            vectors *= math.sqrt(self.message.dim)
        return tf.cast(vectors, self.place.compute_dtype)

    def _rows(self, ids: tf.Tensor) -> tf.Tensor:
        group = self.place.mesh.group("vocab")
        if group is None:
            # Once rows of a variable are gathered, TensorFlow copies it whenever it is read whole.
            return tf.gather(
                tf.convert_to_tensor(self.table) if self.is_read_whole else self.table, ids
            )
        (own,) = declaration_of(self.table).held[0]
        is_own = tf.logical_and(ids >= own.start, ids < own.start + own.size)
        rows = tf.gather(self.table, tf.where(is_own, ids - own.start, 0))
        return leave(tf.where(is_own[..., tf.newaxis], rows, 0.0), group)
