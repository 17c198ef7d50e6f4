"""One layer of a Transformer."""

from collections.abc import Callable, Sequence

import tensorflow as tf

# Imported for their side effect: they bind themselves to their messages.
from frazo.layers import feed_forward, mixture_of_experts  # noqa: F401
from frazo.layers.attention.attention_layer import AttentionLayer
from frazo.layers.attention.cross_attention import CrossAttention
from frazo.layers.attention.multi_head_attention import MultiHeadAttention
from frazo.layers.masked_layer import MaskedLayer
from frazo.layers.place import Place
from frazo.layers.residual import Residual
from frazo.layers.sequence_layer import AttendingLayer, Memory, State
from frazo.layers.sequence_layout import SequenceLayout
from frazo.layers.step_context import StepContext
from frazo.proto import transformer_layer_pb2
from frazo.registry import build, register, unwrap


@register(transformer_layer_pb2.TransformerLayer)
class TransformerLayer(AttendingLayer):
    """Self attention, cross attention if the message has one, and a position-wise layer.

    Maps [batch, time, dim] to [batch, time, dim]. Vaswani et al. 2017, section 3.1; with the norm
    before each part, Xiong et al. 2020. The state and the memory cache have those of self_attention
    and cross_attention by these names.
    """

    def __init__(
        self,
        message: transformer_layer_pb2.TransformerLayer,
        place: Place,
        *,
        memory_shape: Sequence[int | None] | None = None,
    ):
        """Makes the parts.

        Args:
          message: The message.
          place: The place, with input shape [batch, time, dim].
          memory_shape: [batch, source_time, memory_dim], the shape of the encoder's output, for
            cross attention.

        Raises:
          ValueError: The message has a cross_attention, and there is no memory_shape.
        """
        super().__init__(message, place)
        adds = message.attention_adds_to_normalized
        self.self_attention = MultiHeadAttention(message.self_attention, place.at("self_attention"))
        self.self_residual = self._residual("self_attention_residual", adds)
        self.cross_attention = None
        if message.HasField("cross_attention"):
            if memory_shape is None:
                raise ValueError(
                    f"{self.path}: it has cross_attention, but there is no encoder's output to "
                    "attend to. Remove cross_attention."
                )
            self.cross_attention = CrossAttention(
                message.cross_attention,
                place.at("cross_attention"),
                memory_shape=memory_shape,
            )
            self.cross_residual = self._residual("cross_attention_residual", adds)
        _, position_wise = unwrap(message, "position_wise")
        self.feed_forward = build(position_wise, place=place.at("feed_forward"))
        self.feed_forward_residual = self._residual("feed_forward_residual", False)

    def attend(
        self,
        x: tf.Tensor,
        layout: SequenceLayout,
        context: StepContext,
        memory: Memory | None = None,
    ) -> tuple[tf.Tensor, tf.Tensor | None]:
        """Returns the output and the probabilities of the cross attention.

        The probabilities are the mean over heads, [batch, time, source_time]. They are None without
        cross attention, or if it goes by blocks.
        """
        x, _ = self.self_residual(
            x, context, lambda y: (self.self_attention(y, layout, context), None)
        )
        probabilities = None
        cross_attention = self.cross_attention
        if cross_attention is not None:
            x, probabilities = self.cross_residual(
                x, context, lambda y: cross_attention.attend(y, layout, context, memory)
            )
        each = self.feed_forward
        if isinstance(each, MaskedLayer):
            return self._with_feed_forward(
                x, context, lambda y: each(y, context, layout.mask)
            ), probabilities
        return self._with_feed_forward(x, context, lambda y: each(y, context)), probabilities

    def memory_cache(self, memory: Memory | None, context: StepContext) -> State:
        return {
            name: attention.memory_cache(memory, context)
            for name, attention, _ in self._attentions()
        }

    def init_state(self, rows: int | tf.Tensor, memory_cache: State) -> State:
        return {
            name: attention.init_state(rows, memory_cache[name])
            for name, attention, _ in self._attentions()
        }

    def step(
        self, state: State, x: tf.Tensor, memory_cache: State, context: StepContext
    ) -> tuple[State, tf.Tensor]:
        new_state = {}
        for name, attention, residual in self._attentions():
            step = _value_and_state(attention, state[name], memory_cache[name], context)
            x, new_state[name] = residual(x, context, step)
        each = self.feed_forward
        token = each.step if isinstance(each, MaskedLayer) else each
        return new_state, self._with_feed_forward(x, context, lambda y: token(y, context))

    def probabilities(self, state: State) -> tf.Tensor | None:
        if self.cross_attention is None:
            return None
        return self.cross_attention.probabilities(state["cross_attention"])

    def _attentions(self) -> list[tuple[str, AttentionLayer, Residual]]:
        """Returns each attention with its name and its residual, in the order of application."""
        attentions: list[tuple[str, AttentionLayer, Residual]] = [
            ("self_attention", self.self_attention, self.self_residual)
        ]
        if self.cross_attention is not None:
            attentions.append(("cross_attention", self.cross_attention, self.cross_residual))
        return attentions

    def _with_feed_forward(
        self, x: tf.Tensor, context: StepContext, function: Callable[[tf.Tensor], tf.Tensor]
    ) -> tf.Tensor:
        return self.feed_forward_residual(x, context, lambda y: (function(y), None))[0]

    def _residual(self, name: str, adds_to_normalized: bool) -> Residual:
        return Residual(self.message, self.place.at(name), adds_to_normalized=adds_to_normalized)


def _value_and_state(
    attention: AttentionLayer, state: State, memory_cache: State, context: StepContext
) -> Callable[[tf.Tensor], tuple[tf.Tensor, State]]:
    """Returns a step of the attention as the function that a Residual takes."""

    def step(x: tf.Tensor) -> tuple[tf.Tensor, State]:
        new_state, value = attention.step(state, x, memory_cache, context)
        return value, new_state

    return step
