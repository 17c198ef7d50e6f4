"""Attention of a sequence to itself."""

import tensorflow as tf
from frazo import ops
from frazo.layers.attention.attention_layer import AttentionLayer
from frazo.layers.attention.blockwise_attention import blockwise_attend
from frazo.layers.attention.dot_product_attention import attend
from frazo.layers.attention.relative_position_bias import RelativePositionBias
from frazo.layers.attention.rotary import rotate, rotations
from frazo.layers.attention.visibility import Visibility
from frazo.layers.fused_linear import FusedLinear
from frazo.layers.place import Place
from frazo.layers.sequence_layer import Memory, State
from frazo.layers.sequence_layout import SequenceLayout
from frazo.layers.step_context import StepContext
from frazo.proto import attention_pb2
from frazo.registry import register
from frazo.shard.mesh import Fused


@register(attention_pb2.MultiHeadAttention)
class MultiHeadAttention(AttentionLayer):
    """Self attention: maps [batch, time, dim] to [batch, time, dim].

    The variables are query_key_value/kernel [dim, (num_heads + 2 num_key_value_heads) head_dim],
    output/kernel [num_heads head_dim, dim], their biases, per_dim_scale [head_dim], and
    relative_bias/table [num_heads, num_buckets].

    The state has keys_values, [rows, steps, 2 num_key_value_heads head_dim]: for each step the keys
    of all heads, then the values.
    """

    def __init__(self, message: attention_pb2.MultiHeadAttention, place: Place):
        super().__init__(message, place)
        keys_values = self.key_value_units()
        self.query_key_value = FusedLinear(
            Fused(
                (self.heads_axis, *keys_values.parts),
                (self.num_heads * self.head_dim, *keys_values.sizes),
            ),
            place.at("query_key_value"),
            bias=message.bias,
            kernel_init=message.kernel_init,
        )
        self._before = message.tokens_before if message.HasField("tokens_before") else None
        self._after = message.tokens_after if message.HasField("tokens_after") else None
        if message.causal:
            self._after = 0
        self._check_positions()
        self.relative_bias = None
        if message.HasField("relative_bias"):
            self.relative_bias = RelativePositionBias(
                message.relative_bias,
                place.at("relative_bias"),
                num_heads=self.num_heads,
                causal=message.causal,
            )

    def __call__(
        self,
        x: tf.Tensor,
        layout: SequenceLayout,
        context: StepContext,
        memory: Memory | None = None,
    ) -> tf.Tensor:
        """As attend, without the probabilities: a kernel that does not have them is faster."""
        if not self._has_kernel(context):
            return self.attend(x, layout, context, memory)[0]
        projected = tf.cast(self.query_key_value(x, context), tf.float32)
        scale = self.head_dim**-0.5
        if self.per_dim_scale is not None:
            projected, scale = projected * self._projection_scales(), 1.0
        rotary = None
        if self.message.HasField("rotary"):
            rotary = rotations(tf.range(tf.shape(x)[1]), self.head_dim, self.message.rotary)
        sums = ops.self_attention(
            projected,
            self._visibility(layout),
            heads=self.own_heads,
            head_dim=self.head_dim,
            scale=scale,
            rotations=rotary,
        )
        return self.output(tf.cast(sums, x.dtype), context)

    def attend(
        self,
        x: tf.Tensor,
        layout: SequenceLayout,
        context: StepContext,
        memory: Memory | None = None,
    ) -> tuple[tf.Tensor, tf.Tensor | None]:
        heads = self.split_heads(self.query_key_value(x, context))
        queries, keys, values = tf.split(heads, self._head_counts(), 0)
        time = tf.shape(x)[1]
        # Only distances matter here. They are the same in a row as in its segments. Queries are
        # scaled before the rotation, which mixes the two elements of each pair.
        queries = self._rotated(self.scaled(queries), tf.range(time))
        keys = self._rotated(keys, tf.range(time))
        visibility = self._visibility(layout)
        if self.message.block_length:
            sums = blockwise_attend(
                queries,
                keys,
                values,
                visibility,
                block_length=self.message.block_length,
                relative_bias=self.relative_bias,
            )
            return self.join_heads(sums, context), None
        distance = ops.index_distance(time, time)
        bias = visibility.bias(distance)
        if self.relative_bias is not None:
            bias += self.relative_bias(distance)[:, tf.newaxis]
        sums, probabilities = self.sums_and_probabilities(queries, keys, values, bias, context)
        return self.join_heads(sums, context), probabilities

    def memory_cache(self, memory: Memory | None, context: StepContext) -> State:
        return {}

    def init_state(self, rows: int | tf.Tensor, memory_cache: State) -> State:
        """Returns the state before the first token.

        Raises:
          ValueError: The attention is not causal.
        """
        if self._after != 0:
            raise ValueError(
                f"{self.path}: decoding step by step needs attention that does not see later "
                "tokens. Set causal."
            )
        return {"keys_values": tf.zeros([rows, 0, self._cached_units])}

    def step(
        self, state: State, x: tf.Tensor, memory_cache: State, context: StepContext
    ) -> tuple[State, tf.Tensor]:
        rows, done = tf.unstack(tf.shape(state["keys_values"])[:2])
        heads = tf.reshape(
            self.query_key_value(x, context), [rows, sum(self._head_counts()), self.head_dim]
        )
        queries, keys, values = tf.split(heads, self._head_counts(), 1)
        queries, keys = self._rotated(self.scaled(queries), done), self._rotated(keys, done)
        keys_values = tf.reshape(tf.concat([keys, values], 1), [rows, 1, self._cached_units])
        # The op takes float32, and so does the state.
        keys_values = tf.concat([state["keys_values"], tf.cast(keys_values, tf.float32)], 1)
        first = 0 if self._before is None else tf.maximum(done - self._before, 0)
        bias = None
        if self.relative_bias is not None:
            bias = self.relative_bias(done - tf.range(first, done + 1))[tf.newaxis]
        seen = keys_values if self._before is None else keys_values[:, first:]
        queries = tf.cast(tf.reshape(queries, [rows, self.own_heads * self.head_dim]), tf.float32)
        sums = self._attended(queries, seen, bias)
        return {"keys_values": keys_values}, self.output(tf.cast(sums, x.dtype), context)

    def _attended(
        self, queries: tf.Tensor, keys_values: tf.Tensor, bias: tf.Tensor | None
    ) -> tf.Tensor:
        """Attends to what a step sees.

        Args:
          queries: float32 [rows, own_heads head_dim], scaled.
          keys_values: float32 [rows, positions, cached units].
          bias: float32 [1, own_heads, positions], or None.

        Returns:
          float32 [rows, own_heads head_dim].
        """
        rows, positions = tf.unstack(tf.shape(keys_values)[:2])
        if self.softmax.is_plain:
            sums, _ = ops.cached_attention(
                queries, keys_values, tf.range(rows), head_dim=self.head_dim, bias=bias
            )
            return sums
        # The op has a plain softmax only.
        shared = [rows, positions, 2 * self.own_key_value_heads, self.head_dim]
        by_head = tf.transpose(tf.reshape(keys_values, shared), [2, 0, 1, 3])
        keys, values = tf.split(by_head, 2, 0)
        queries = tf.reshape(queries, [rows, self.own_heads, 1, self.head_dim])
        bias = tf.zeros([]) if bias is None else tf.transpose(bias, [1, 0, 2])[:, :, tf.newaxis]
        sums, _ = attend(
            tf.transpose(queries, [1, 0, 2, 3]), keys, values, bias, tf.identity, self.softmax
        )
        return tf.reshape(tf.transpose(sums, [1, 2, 0, 3]), [rows, -1])

    def probabilities(self, state: State) -> None:
        """Returns None: a step keeps no probabilities of self attention."""
        return

    def _visibility(self, layout: SequenceLayout) -> Visibility:
        return Visibility.of(layout, layout, before=self._before, after=self._after)

    def _has_kernel(self, context: StepContext) -> bool:
        """Whether ops.self_attention computes what the message says."""
        return (
            ops.uses_kernels()
            and self.softmax.is_plain
            and self.relative_bias is None
            and not self.message.block_length
            and not (context.training and self.message.probability_dropout)
        )

    def _projection_scales(self) -> tf.Tensor:
        """Returns the scales of queries, and ones for keys and values: one for each unit."""
        of_queries = self.scaled(tf.ones([self.own_heads, self.head_dim]))
        return tf.concat([tf.reshape(of_queries, [-1]), tf.ones([self._cached_units])], 0)

    @property
    def _cached_units(self) -> int:
        """The number of values that the state holds for a position."""
        return 2 * self.own_key_value_heads * self.head_dim

    def _head_counts(self) -> list[int]:
        return [self.own_heads, self.own_key_value_heads, self.own_key_value_heads]

    def _rotated(self, x: tf.Tensor, positions: tf.Tensor) -> tf.Tensor:
        if not self.message.HasField("rotary"):
            return x
        return rotate(x, positions, self.message.rotary)

    def _check_positions(self) -> None:
        if self.message.block_length and not self.softmax.is_plain:
            raise ValueError(
                f"{self.path}: attention by blocks has neither logit_cap nor extra_logit. Remove "
                "block_length or these."
            )
        if self.message.HasField("rotary") and self.head_dim % 2:
            raise ValueError(
                f"{self.path}: rotary positions turn pairs, but head_dim is {self.head_dim}. "
                "Make it even."
            )
