"""Additive attention of a recurrent decoder with several heads."""

from collections.abc import Sequence

import tensorflow as tf
from frazo.layers.attention.query_attention import (
    QueryAttention,
    additive_energies,
    by_sentence,
    root_gaussian,
)
from frazo.layers.linear import Linear, project
from frazo.layers.place import Place
from frazo.layers.sequence_layer import State
from frazo.layers.step_context import StepContext
from frazo.proto import linear_pb2, query_attention_pb2
from frazo.registry import register
from frazo.shard.mesh import Axis


@register(query_attention_pb2.MultiHeadAdditiveAttention)
class MultiHeadAdditiveAttention(QueryAttention):
    """v . tanh(k A + r B) in each head, with keys k and queries r.

    Maps [batch, time, dim] to [batch, time, num_heads head_dim]. The variables are memory/kernel
    [memory_dim, num_heads head_dim], query/kernel [dim, num_heads head_dim], their biases,
    key_mix/kernel and query_mix/kernel [head_dim, head_dim], A and B, and energy [head_dim], v.
    """

    def __init__(
        self,
        message: query_attention_pb2.MultiHeadAdditiveAttention,
        place: Place,
        *,
        memory_shape: Sequence[int | None],
    ):
        super().__init__(message, place, memory_shape=memory_shape)
        size = message.head_dim
        self.output_shape = (*self.input_shape[:-1], message.num_heads * size)
        projection = linear_pb2.Linear(units=self.output_shape[-1], kernel_init=message.kernel_init)
        axes = ("embed", Axis("heads", unit=size))
        self.memory = Linear(projection, place.at("memory", self.memory_shape), axes=axes)
        self.query = Linear(projection, place.at("query"), axes=axes)
        init = root_gaussian(size)
        self.key_mix, self.query_mix = (
            place.variable(
                f"{name}/kernel",
                (size, size),
                axes=("head_size", "mixed_head_size"),
                init=init,
                decays=True,
            )
            for name in ("key_mix", "query_mix")
        )
        self.energy = place.variable("energy", (size,), axes=("mixed_head_size",), init=init)

    def _keys_and_values(
        self, memory: tf.Tensor, context: StepContext
    ) -> tuple[tf.Tensor, tf.Tensor]:
        values = self._split_heads(self.memory(memory, context))
        return project(values, self.key_mix, None, context), values

    def _energies(
        self, state: State, query: tf.Tensor, memory_cache: State, context: StepContext
    ) -> tf.Tensor:
        queries = self._split_heads(by_sentence(self.query(query, context), memory_cache))
        return additive_energies(
            memory_cache["keys"][:, :, tf.newaxis],
            project(queries, self.query_mix, None, context),
            tf.convert_to_tensor(self.energy),
        )

    def _split_heads(self, x: tf.Tensor) -> tf.Tensor:
        """Maps [batch, time, num_heads head_dim] to [batch, num_heads, time, head_dim]."""
        heads = [self.message.num_heads, self.message.head_dim]
        apart = tf.reshape(x, tf.concat([tf.shape(x)[:2], heads], 0))
        return tf.transpose(apart, [0, 2, 1, 3])
