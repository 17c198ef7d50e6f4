"""Additive attention of a recurrent decoder."""

from collections.abc import Sequence

import tensorflow as tf
from frazo import ops
from frazo.layers.attention.query_attention import (
    QueryAttention,
    additive_energies,
    by_sentence,
    root_gaussian,
)
from frazo.layers.linear import Linear
from frazo.layers.place import Place
from frazo.layers.sequence_layer import State
from frazo.layers.step_context import StepContext
from frazo.proto import linear_pb2, query_attention_pb2
from frazo.registry import register


@register(query_attention_pb2.AdditiveAttention)
class AdditiveAttention(QueryAttention):
    """v . tanh(q W + h U + b); maps [batch, time, dim] to [batch, time, memory_dim].

    The variables are query/kernel [dim, hidden_units], W; memory/kernel [memory_dim, hidden_units],
    U; memory/bias, b, unless the message has none; energy [hidden_units], v.
    """

    def __init__(
        self,
        message: query_attention_pb2.AdditiveAttention
        | query_attention_pb2.LocationSensitiveAttention,
        place: Place,
        *,
        memory_shape: Sequence[int | None],
    ):
        super().__init__(message, place, memory_shape=memory_shape)
        units, init = message.hidden_units, message.kernel_init
        has_bias = (
            message.bias if isinstance(message, query_attention_pb2.AdditiveAttention) else True
        )
        self.output_shape = (*self.input_shape[:-1], self.memory_shape[-1])
        self.query = Linear(
            linear_pb2.Linear(units=units, bias=False, kernel_init=init),
            place.at("query"),
            axes=("embed", "attention_hidden"),
        )
        self.memory = Linear(
            linear_pb2.Linear(units=units, bias=has_bias, kernel_init=init),
            place.at("memory", self.memory_shape),
            axes=("embed", "attention_hidden"),
        )
        self.energy = place.variable(
            "energy", (units,), axes=("attention_hidden",), init=root_gaussian(units)
        )

    def _keys_and_values(
        self, memory: tf.Tensor, context: StepContext
    ) -> tuple[tf.Tensor, tf.Tensor]:
        return self.memory(memory, context)[:, tf.newaxis], memory[:, tf.newaxis]

    def _probabilities(
        self, state: State, query: tf.Tensor, memory_cache: State, context: StepContext
    ) -> tf.Tensor:
        sentences = context.row_sentences
        # The keys of derived kinds change from step to step.
        if sentences is None or type(self) is not AdditiveAttention:
            return super()._probabilities(state, query, memory_cache, context)
        probabilities = ops.additive_probabilities(
            self.query(query, context),
            memory_cache["keys"][:, 0],
            tf.convert_to_tensor(self.energy),
            tf.equal(memory_cache["bias"], 0),
            sentences,
        )
        return probabilities[:, tf.newaxis, tf.newaxis]

    def _energies(
        self, state: State, query: tf.Tensor, memory_cache: State, context: StepContext
    ) -> tf.Tensor:
        queries = by_sentence(self.query(query, context), memory_cache)[:, tf.newaxis]
        return additive_energies(
            self._keys(state, memory_cache, context), queries, tf.convert_to_tensor(self.energy)
        )

    def _keys(self, state: State, memory_cache: State, context: StepContext) -> tf.Tensor:
        """Returns [batch, 1, 1 or beam, source_time, hidden_units]."""
        return memory_cache["keys"][:, :, tf.newaxis]
