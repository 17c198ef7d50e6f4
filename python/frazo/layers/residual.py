"""The residual connection around a part of a Transformer layer, with its norm and dropout."""

from collections.abc import Callable
from typing import TypeVar

import tensorflow as tf
from frazo.layers import layer_norm, rms_norm  # noqa: F401  They bind themselves to their messages.
from frazo.layers.dropout import Dropout
from frazo.layers.layer import Layer
from frazo.layers.place import Place
from frazo.layers.step_context import StepContext
from frazo.proto import dropout_pb2, norm_pb2, transformer_layer_pb2
from frazo.registry import build

Extra = TypeVar("Extra")


class Residual(Layer):
    """x + f(norm(x)) or norm(x + f(x)), as norm_place says: [..., dim] to [..., dim]."""

    def __init__(
        self,
        message: transformer_layer_pb2.TransformerLayer,
        place: Place,
        *,
        adds_to_normalized: bool = False,
    ):
        """Makes the norm and the dropouts.

        Args:
          message: The layer that has the residual.
          place: The place.
          adds_to_normalized: Whether to compute norm(x) + f(norm(x)) instead of x + f(norm(x)).
        """
        super().__init__(message, place)
        self._adds_to_normalized = adds_to_normalized
        self._norm_comes_first = message.norm_place == transformer_layer_pb2.TransformerLayer.BEFORE
        self.norm = token_norm(message.norm, place.at("norm"))
        self.dropout = Dropout(
            dropout_pb2.Dropout(rate=message.residual_dropout), place.at("dropout")
        )
        self.skip = Dropout(
            dropout_pb2.Dropout(rate=message.skip_probability), place.at("skip", (None, 1, 1))
        )

    def __call__(
        self,
        x: tf.Tensor,
        context: StepContext,
        function: Callable[[tf.Tensor], tuple[tf.Tensor, Extra]],
    ) -> tuple[tf.Tensor, Extra]:
        """Applies the residual.

        Args:
          x: [batch, time, dim].
          context: The context of the step.
          function: f. Returns its value, and a second result that is passed through.

        Returns:
          The output, and the second result of `function`.
        """
        if not self._norm_comes_first:
            y, extra = function(x)
            return self.norm(x + self._dropped(y, context), context), extra
        normalized = self.norm(x, context)
        y, extra = function(normalized)
        start = normalized if self._adds_to_normalized else x
        return start + self._dropped(y, context), extra

    def _dropped(self, y: tf.Tensor, context: StepContext) -> tf.Tensor:
        y = self.dropout(y, context)
        if not context.training or self.message.skip_probability == 0:
            return y
        return y * self.skip(tf.ones([tf.shape(y)[0], 1, 1], y.dtype), context)


def token_norm(message: norm_pb2.TokenNorm, place: Place) -> Layer:
    """Builds the norm of the message, a layer norm if none is set."""
    is_set = message.WhichOneof("kind") is not None
    return build(message if is_set else norm_pb2.LayerNorm(), place=place)
