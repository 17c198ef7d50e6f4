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

    place: where it is in the model. Its variables come from place.variable, the places of the
        layers within it from place.at.
    path, input_shape: those of the place.
    output_shape: with the batch as first dimension; None where a size is not fixed.
    """

    def __init__(self, message: Any, place: Place):
        """message: None for a layer that has no message of its own."""
        super().__init__()
        self.message = message
        self.place = place
        self.path = place.path
        self.input_shape = tuple(place.input_shape)
        self.output_shape = self.input_shape

    @abc.abstractmethod
    def __call__(self, x: tf.Tensor, context: StepContext) -> tf.Tensor:
        """From `input_shape` to `output_shape`, both of the place's compute_dtype."""

    def require_rank(self, rank: int, dimensions: str) -> tuple[int, ...]:
        """The sizes of all dimensions but the first.

        Raises ValueError unless the input has `rank` dimensions, all but the first known.
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
        """The size of the last dimension. Raises ValueError unless it is known."""
        if len(self.input_shape) < 2 or self.input_shape[-1] is None:
            raise ValueError(
                f"{self.path}: the input has shape {show_shape(self.input_shape)}; "
                f"{type(self).__name__} expects [batch, ..., dim] with a known dim. "
                "Check the layers before it."
            )
        return self.input_shape[-1]


def show_shape(shape: Sequence[int | None]) -> str:
    """ "[?, 28, 28, 1]": a shape for messages."""
    return "[" + ", ".join("?" if size is None else str(size) for size in shape) + "]"


def constant(value: float) -> initializer_pb2.Initializer:
    """The initializer of biases, scales and offsets."""
    return initializer_pb2.Initializer(constant=initializer_pb2.Initializer.Constant(value=value))
