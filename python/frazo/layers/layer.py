"""The contract of a layer."""

import abc
from collections.abc import Sequence
from typing import Any

import tensorflow as tf
from frazo.layers.place import Place
from frazo.layers.step_context import StepContext
from frazo.proto import initializer_pb2


class Layer(tf.Module, abc.ABC):
    """A function of one tensor with variables, built from its message.

    Attributes:
      message: The message; None for a layer that has none.
      place: Where the layer is in the model. It makes the variables by place.variable and gives the
        layers within it place.at(name).
      path: The place's path.
      input_shape: The place's input shape.
      output_shape: The shape of the output, with the batch as first dimension; None where a size is
        not fixed.
    """

    def __init__(self, message: Any, place: Place):
        """Keeps the message, None if the layer has none of its own, and the place."""
        super().__init__()
        self.message = message
        self.place = place
        self.path = place.path
        self.input_shape = tuple(place.input_shape)
        self.output_shape = self.input_shape

    @abc.abstractmethod
    def __call__(self, x: tf.Tensor, context: StepContext) -> tf.Tensor:
        """Maps `input_shape` to `output_shape`, both of the place's compute_dtype."""

    def pass_over(self, context: StepContext) -> None:
        """Adds to the step what a call would add to its losses and metrics, with a weight of 0.

        It stands for a call in processes that do not hold the layer's variables: all processes have
        the same names.
        """
        del context

    def require_rank(self, rank: int, dimensions: str) -> tuple[int, ...]:
        """Returns the sizes of all dimensions of the input but the first.

        Args:
          rank: The number of dimensions that the input must have.
          dimensions: Their names, for the error.

        Raises:
          ValueError: The input has another rank, or a size after the first is not known.
        """
        sizes = tuple(size for size in self.input_shape[1:] if size is not None)
        if len(self.input_shape) != rank or len(sizes) != rank - 1:
            raise ValueError(
                f"{self.path}: the input has shape {show_shape(self.input_shape)}; "
                f"{type(self).__name__} expects {dimensions} with known sizes. "
                "Check the layers before it."
            )
        return sizes

    def require_dim(self) -> int:
        """Returns the size of the input's last dimension.

        Raises:
          ValueError: The size is not known.
        """
        if len(self.input_shape) < 2 or self.input_shape[-1] is None:
            raise ValueError(
                f"{self.path}: the input has shape {show_shape(self.input_shape)}; "
                f"{type(self).__name__} expects [batch, ..., dim] with a known dim. "
                "Check the layers before it."
            )
        return self.input_shape[-1]


def show_shape(shape: Sequence[int | None]) -> str:
    """Returns the text of a shape for messages, such as [?, 28, 28, 1]."""
    return "[" + ", ".join("?" if size is None else str(size) for size in shape) + "]"


def constant(value: float) -> initializer_pb2.Initializer:
    """Returns the initializer of biases, scales and offsets."""
    return initializer_pb2.Initializer(constant=initializer_pb2.Initializer.Constant(value=value))
