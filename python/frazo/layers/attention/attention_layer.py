"""The common part of self attention and of cross attention."""

import math

import tensorflow as tf
from frazo.config.validators import require_valid
from frazo.layers.attention.attention_softmax import AttentionSoftmax
from frazo.layers.attention.dot_product_attention import attend
from frazo.layers.dropout import Dropout
from frazo.layers.layer import constant
from frazo.layers.linear import Linear
from frazo.layers.place import Place
from frazo.layers.sequence_layer import AttendingLayer
from frazo.layers.step_context import StepContext
from frazo.proto import attention_pb2, dropout_pb2, linear_pb2
from frazo.shard.mesh import Axis, Fused
from frazo.shard.replicated import enter

_SOFTPLUS_OF_ZERO = math.log(2)


class AttentionLayer(AttendingLayer):
    """Multi-head attention: maps [batch, time, dim] to [batch, time, dim].

    Vaswani et al. 2017, section 3.2.2. Logits, softmax and sums are float32.

    If the mesh cuts "heads", each process computes its own heads (Shoeybi et al. 2019, section 3).
    A memory cache, a state and probabilities are then those of these heads.

    Attributes:
      own_heads: The number of heads of queries that this process computes.
      own_key_value_heads: The number of those of keys and values.
    """

    def __init__(self, message: attention_pb2.MultiHeadAttention, place: Place):
        super().__init__(message, place)
        dim = self.require_dim()
        self.num_heads = message.num_heads
        self.num_key_value_heads = message.num_key_value_heads or message.num_heads
        self.head_dim = message.head_dim or dim // message.num_heads
        require_valid(message, self.path)
        self._check_heads(dim)
        self.softmax = AttentionSoftmax(
            message.logit_cap if message.HasField("logit_cap") else None,
            message.extra_logit if message.HasField("extra_logit") else None,
        )
        pieces = self._pieces()
        self.own_heads = self.num_heads // pieces
        self.own_key_value_heads = self.num_key_value_heads // pieces
        self.per_dim_scale = None
        if message.per_dim_scale:
            self.per_dim_scale = place.variable(
                "per_dim_scale", (self.head_dim,), axes=("head_size",), init=constant(0)
            )
        self.probability_dropout = Dropout(
            dropout_pb2.Dropout(rate=message.probability_dropout),
            place.at("probability_dropout"),
            cut_axis="heads",
        )
        output = linear_pb2.Linear(units=dim, bias=message.bias, kernel_init=message.kernel_init)
        heads_shape = (*self.input_shape[:-1], self.num_heads * self.head_dim)
        self.heads_axis = Axis("heads", unit=self.head_dim)
        self.output = Linear(
            output, place.at("output", heads_shape), axes=(self.heads_axis, "embed")
        )

    def key_value_units(self) -> Fused:
        """Returns the sizes of a projection to keys and values."""
        axis = Axis("key_value_heads", unit=self.head_dim)
        size = self.num_key_value_heads * self.head_dim
        return Fused((axis, axis), (size, size))

    def split_heads(self, x: tf.Tensor) -> tf.Tensor:
        """Splits [batch, time, heads * head_dim] into [heads, batch, time, head_dim]."""
        shape = tf.shape(x)
        heads = x.shape[-1] // self.head_dim
        apart = tf.reshape(x, [shape[0], shape[1], heads, self.head_dim])
        return tf.transpose(apart, [2, 0, 1, 3])

    def scaled(self, queries: tf.Tensor) -> tf.Tensor:
        """Divides queries, [..., head_dim], by sqrt(head_dim) and applies the trainable scale."""
        scale = self.head_dim**-0.5
        if self.per_dim_scale is not None:
            # The heads of all processes share it.
            own_scale = enter(self.per_dim_scale, self.place.mesh.group("heads"))
            scale *= tf.nn.softplus(own_scale) / _SOFTPLUS_OF_ZERO
            scale = tf.cast(scale, queries.dtype)
        return queries * scale

    def sums_and_probabilities(
        self,
        queries: tf.Tensor,
        keys: tf.Tensor,
        values: tf.Tensor,
        bias: tf.Tensor,
        context: StepContext,
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Runs dot_product_attention.attend and takes the mean of the probabilities over heads."""
        dropout = lambda p: self.probability_dropout(p, context)  # noqa: E731
        sums, probabilities = attend(queries, keys, values, bias, dropout, self.softmax)
        return sums, tf.reduce_mean(probabilities, 0)

    def join_heads(self, sums: tf.Tensor, context: StepContext) -> tf.Tensor:
        """Projects all heads: [heads, batch, time, head_dim] to [batch, time, dim]."""
        shape = tf.shape(sums)
        joined = tf.transpose(sums, [1, 2, 0, 3])
        return self.output(
            tf.reshape(joined, [shape[1], shape[2], self.own_heads * self.head_dim]), context
        )

    def _pieces(self) -> int:
        """Returns into how many pieces the mesh cuts the heads.

        Raises:
          ValueError: It cuts the heads of queries in another way than those of keys and values.
        """
        mesh = self.place.mesh
        cuts = mesh.cuts("heads")
        if cuts != mesh.cuts("key_value_heads"):
            raise ValueError(
                f"{self.path}: the mesh cuts heads and key_value_heads in different ways, but a process "
                "attends with heads to keys that it has. Give both the same axis in mesh.rules."
            )
        return math.prod(mesh.sizes[name] for name in cuts)

    def _check_heads(self, dim: int) -> None:
        heads = self.message.num_heads
        if not self.message.head_dim and dim % heads:
            raise ValueError(
                f"{self.path}: {heads} heads do not divide an input of size {dim}. "
                "Change num_heads, or set head_dim."
            )
