"""The contract of layers that treat each token by itself, but must know which are tokens."""

import abc

import tensorflow as tf
from frazo.layers.layer import Layer
from frazo.layers.step_context import StepContext


class MaskedLayer(Layer):
    """A layer [..., dim] to [..., dim] whose tokens share something, such as places of experts."""

    @abc.abstractmethod
    def __call__(
        self, x: tf.Tensor, context: StepContext, mask: tf.Tensor | None = None
    ) -> tf.Tensor:
        """Applies the layer.

        Args:
          x: [..., dim].
          context: The context of the step.
          mask: bool [...], True where a token is. Padding changes nothing for tokens. Default: all
            are tokens.

        Returns:
          [..., dim].
        """

    @abc.abstractmethod
    def step(self, x: tf.Tensor, context: StepContext) -> tf.Tensor:
        """Applies the layer to one token of each row, none of which depends on the others.

        Args:
          x: [rows, dim].
          context: The context of the step.

        Returns:
          [rows, dim].
        """
