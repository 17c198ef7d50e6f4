"""One layer of a Conformer."""

from collections.abc import Callable

import tensorflow as tf
from frazo.layers.attention.multi_head_attention import MultiHeadAttention
from frazo.layers.dropout import Dropout
from frazo.layers.feed_forward import FeedForward
from frazo.layers.place import Place
from frazo.layers.residual import token_norm
from frazo.layers.sequence_layer import Memory, SequenceLayer
from frazo.layers.sequence_layout import SequenceLayout
from frazo.layers.speech.convolution_module import ConvolutionModule
from frazo.layers.step_context import StepContext
from frazo.proto import activation_pb2, conformer_pb2, dropout_pb2, feed_forward_pb2
from frazo.registry import register

_HIDDEN_PER_UNIT = 4
_HALF = 0.5


@register(conformer_pb2.ConformerLayer)
class ConformerLayer(SequenceLayer):
    """Maps [batch, time, dim] to the same (Gulati et al. 2020, equation 1).

        x = x + feed_forward_before(norm(x)) / 2
        x = x + self_attention(norm(x))
        x = x + convolution(norm(x))
        x = x + feed_forward_after(norm(x)) / 2
        output = final_norm(x)

    The norm of a part has the part's name with "_norm" behind it.
    """

    def __init__(self, message: conformer_pb2.ConformerLayer, place: Place):
        super().__init__(message, place)
        feed_forward = message.feed_forward
        if not message.HasField("feed_forward"):
            feed_forward = feed_forward_pb2.FeedForward(
                hidden_units=_HIDDEN_PER_UNIT * self.require_dim(), activation=activation_pb2.SILU
            )
        self.feed_forward_before = FeedForward(feed_forward, place.at("feed_forward_before"))
        self.self_attention = MultiHeadAttention(message.self_attention, place.at("self_attention"))
        self.convolution = ConvolutionModule(message.convolution, place.at("convolution"))
        self.feed_forward_after = FeedForward(feed_forward, place.at("feed_forward_after"))
        parts = ("feed_forward_before", "self_attention", "convolution", "feed_forward_after")
        dropout = dropout_pb2.Dropout(rate=message.residual_dropout)
        self._norms = {name: token_norm(message.norm, place.at(f"{name}_norm")) for name in parts}
        self._dropouts = {name: Dropout(dropout, place.at(f"{name}_dropout")) for name in parts}
        self._final_norm = token_norm(message.norm, place.at("final_norm"))

    def __call__(
        self,
        x: tf.Tensor,
        layout: SequenceLayout,
        context: StepContext,
        memory: Memory | None = None,
    ) -> tf.Tensor:
        del memory
        before, after = self.feed_forward_before, self.feed_forward_after
        x += self._part("feed_forward_before", x, context, lambda y: _HALF * before(y, context))
        x += self._part(
            "self_attention", x, context, lambda y: self.self_attention(y, layout, context)
        )
        x += self._part("convolution", x, context, lambda y: self.convolution(y, layout, context))
        x += self._part("feed_forward_after", x, context, lambda y: _HALF * after(y, context))
        return self._final_norm(x, context)

    def _part(
        self,
        name: str,
        x: tf.Tensor,
        context: StepContext,
        function: Callable[[tf.Tensor], tf.Tensor],
    ) -> tf.Tensor:
        """Returns what a part adds to x."""
        return self._dropouts[name](function(self._norms[name](x, context)), context)
