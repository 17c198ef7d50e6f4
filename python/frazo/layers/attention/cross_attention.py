"""Attention of a decoder to an encoder's output."""

from collections.abc import Sequence

import tensorflow as tf
from frazo import ops
from frazo.layers.attention.attention_layer import AttentionLayer
from frazo.layers.attention.blockwise_attention import blockwise_attend
from frazo.layers.attention.visibility import Visibility
from frazo.layers.fused_linear import FusedLinear
from frazo.layers.linear import Linear
from frazo.layers.place import Place
from frazo.layers.sequence_layer import (
    Memory,
    State,
    require_memory,
    require_unpacked_memory,
)
from frazo.layers.sequence_layout import SequenceLayout
from frazo.layers.step_context import StepContext
from frazo.proto import attention_pb2, linear_pb2

_SELF_ATTENTION_FIELDS = (
    "causal",
    "tokens_before",
    "tokens_after",
    "rotary",
    "relative_bias",
    "logit_cap",
    "extra_logit",
)


class CrossAttention(AttentionLayer):
    """Attention of [batch, time, dim] to a memory [batch, source_time, memory_dim].

    The output is [batch, time, dim]. The variables are query/kernel [dim, num_heads head_dim],
    key_value/kernel [memory_dim, 2 num_key_value_heads head_dim], output/kernel [num_heads
    head_dim, dim], their biases, and per_dim_scale [head_dim].

    The state has probabilities, [rows, source_time], those of the last step in the mean over heads.
    The memory cache has keys_values, [batch, source_time, 2 num_key_value_heads head_dim], and
    bias, [batch, 1, source_time].
    """

    def __init__(
        self,
        message: attention_pb2.MultiHeadAttention,
        place: Place,
        *,
        memory_shape: Sequence[int | None],
    ):
        """Makes the projections.

        Args:
          message: The message.
          place: The place, with input shape [batch, time, dim].
          memory_shape: [batch, source_time, memory_dim], the shape of the encoder's output.

        Raises:
          ValueError: The message has a field that is for self attention.
        """
        super().__init__(message, place)
        self._check_fields()
        query = linear_pb2.Linear(
            units=self.num_heads * self.head_dim,
            bias=message.bias,
            kernel_init=message.kernel_init,
        )
        self.query = Linear(
            query, place.at("query"), axes=("embed", self.heads_axis), keeps_cut=True
        )
        self.key_value = FusedLinear(
            self.key_value_units(),
            place.at("key_value", memory_shape),
            bias=message.bias,
            kernel_init=message.kernel_init,
        )

    def attend(
        self,
        x: tf.Tensor,
        layout: SequenceLayout,
        context: StepContext,
        memory: Memory | None = None,
    ) -> tuple[tf.Tensor, tf.Tensor | None]:
        memory = require_memory(memory, self.path)
        queries = self.scaled(self.split_heads(self.query(x, context)))
        keys, values = self._keys_and_values(memory, context)
        visibility = Visibility.of(layout, memory.layout)
        if self.message.block_length:
            sums = blockwise_attend(
                queries, keys, values, visibility, block_length=self.message.block_length
            )
            return self.join_heads(sums, context), None
        bias = visibility.bias(ops.index_distance(tf.shape(x)[1], tf.shape(memory.values)[1]))
        sums, probabilities = self.sums_and_probabilities(queries, keys, values, bias, context)
        return self.join_heads(sums, context), probabilities

    def memory_cache(self, memory: Memory | None, context: StepContext) -> State:
        memory = require_unpacked_memory(memory, self.path)
        return {
            "keys_values": tf.cast(self.key_value(memory.values, context), tf.float32),
            "bias": Visibility(memory.layout.mask).bias(tf.constant(0)),
        }

    def init_state(self, rows: int | tf.Tensor, memory_cache: State) -> State:
        return {"probabilities": tf.zeros([rows, tf.shape(memory_cache["bias"])[2]])}

    def step(
        self, state: State, x: tf.Tensor, memory_cache: State, context: StepContext
    ) -> tuple[State, tf.Tensor]:
        rows = tf.shape(x)[0]
        sentences = context.row_sentences
        if sentences is None:
            sentences = tf.range(rows) // (rows // tf.shape(memory_cache["bias"])[0])
        queries = tf.reshape(self.query(x, context), [rows, self.own_heads, self.head_dim])
        sums, probabilities = ops.cached_attention(
            tf.cast(
                tf.reshape(self.scaled(queries), [rows, self.own_heads * self.head_dim]), tf.float32
            ),
            memory_cache["keys_values"],
            sentences,
            head_dim=self.head_dim,
            bias=memory_cache["bias"],
        )
        return {"probabilities": probabilities}, self.output(tf.cast(sums, x.dtype), context)

    def probabilities(self, state: State) -> tf.Tensor | None:
        return state["probabilities"]

    def _keys_and_values(self, memory: Memory, context: StepContext) -> tuple[tf.Tensor, tf.Tensor]:
        """Returns keys and values, each [key_value_heads, batch, source_time, head_dim]."""
        heads = self.split_heads(self.key_value(memory.values, context))
        keys, values = tf.split(heads, 2, 0)
        return keys, values

    def _check_fields(self) -> None:
        misplaced = [name for name in _SELF_ATTENTION_FIELDS if self.message.HasField(name)]
        if misplaced:
            raise ValueError(
                f"{self.path}: {misplaced[0]} is for attention of a sequence to itself; positions "
                "of the source and of the target cannot be compared. Remove it."
            )
