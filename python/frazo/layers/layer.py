"""The contract of a layer."""

import abc
from collections.abc import Sequence
from typing import Any

import tensorflow as tf
from frazo.layers.initializer import initial_value
from frazo.layers.step_context import StepContext
from frazo.proto import initializer_pb2


class Layer(tf.Module, abc.ABC):
    """A function of one tensor with variables, built from its message.

    path: the place in the message tree, such as "network/conv0". A variable's name is its layer's
        path and its own name ("network/conv0/kernel"), which is also its key in checkpoints.
    input_shape, output_shape: with the batch as first dimension; None where a size is not fixed.
    """

    def __init__(self, message: Any, *, path: str, input_shape: Sequence[int | None], seed: int):
        super().__init__()
        self.message = message
        self.path = path
        self.input_shape = tuple(input_shape)
        self.output_shape = self.input_shape
        self._seed = seed

    @abc.abstractmethod
    def __call__(self, x: tf.Tensor, context: StepContext) -> tf.Tensor:
        """From float32 `input_shape` to float32 `output_shape`."""

    def add_variable(
        self,
        name: str,
        shape: Sequence[int],
        init: initializer_pb2.Initializer,
        *,
        trainable: bool = True,
    ) -> tf.Variable:
        """A float32 variable. Those named `kernel` are subject to the learner's l2_weight."""
        path = f"{self.path}/{name}"
        value = initial_value(init, shape=shape, path=path, seed=self._seed)
        return tf.Variable(value, trainable=trainable, name=path)

    def place(self, name: str, input_shape: Sequence[int | None] | None = None) -> dict[str, Any]:
        """Keyword arguments for a layer within this one; without a shape it has this one's input."""
        shape = self.input_shape if input_shape is None else input_shape
        return {"path": f"{self.path}/{name}", "input_shape": shape, "seed": self._seed}

    def require_rank(self, rank: int, dimensions: str) -> None:
        """Raises ValueError unless the input has `rank` dimensions, all but the first known."""
        if len(self.input_shape) != rank or None in self.input_shape[1:]:
            raise ValueError(
                f"{self.path}: the input has shape {show_shape(self.input_shape)}; "
                f"{type(self).__name__} expects {dimensions} with known sizes. "
                "Check the layers before it."
            )

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
