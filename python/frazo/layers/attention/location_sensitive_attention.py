"""Additive attention that depends on where it looked before."""

from collections.abc import Sequence

import tensorflow as tf
from frazo.layers.attention.additive_attention import AdditiveAttention
from frazo.layers.attention.query_attention import by_sentence
from frazo.layers.linear import Linear
from frazo.layers.place import Place
from frazo.layers.sequence_layer import State
from frazo.layers.step_context import StepContext
from frazo.proto import linear_pb2, query_attention_pb2
from frazo.registry import register


@register(query_attention_pb2.LocationSensitiveAttention)
class LocationSensitiveAttention(AdditiveAttention):
    """v . tanh(q W + h U + f X + b) with f = F * p'.

    Maps [batch, time, dim] to [batch, time, memory_dim]. p' are the probabilities of the step
    before. The variables are those of AdditiveAttention, location/kernel [filters, hidden_units],
    X, and filters/kernel [filter_width, 1, filters], F.
    """

    def __init__(
        self,
        message: query_attention_pb2.LocationSensitiveAttention,
        place: Place,
        *,
        memory_shape: Sequence[int | None],
    ):
        super().__init__(message, place, memory_shape=memory_shape)
        init = message.kernel_init
        self.location = Linear(
            linear_pb2.Linear(units=message.hidden_units, bias=False, kernel_init=init),
            place.at("location", (None, None, message.filters)),
            axes=("filters", "attention_hidden"),
        )
        self.filters = place.variable(
            "filters/kernel",
            (message.filter_width, 1, message.filters),
            axes=("filter_width", "input_channels", "filters"),
            init=init,
            decays=True,
        )

    def init_state(self, rows: int | tf.Tensor, memory_cache: State) -> State:
        """The probability before the first token is all at the first position."""
        source_time = tf.shape(memory_cache["bias"])[1]
        first = tf.equal(tf.range(source_time), 0)
        return {"probabilities": tf.tile(tf.cast(first, tf.float32)[tf.newaxis], [rows, 1])}

    def _keys(self, state: State, memory_cache: State, context: StepContext) -> tf.Tensor:
        before = state["probabilities"][..., tf.newaxis]
        found = tf.nn.conv1d(before, self.filters, stride=1, padding="SAME")
        locations = by_sentence(self.location(found, context), memory_cache)
        return super()._keys(state, memory_cache, context) + locations[:, tf.newaxis]
