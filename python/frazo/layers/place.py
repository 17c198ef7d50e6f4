"""Where in a model a layer is: what its constructor gets beside its message."""

import dataclasses
from collections.abc import Callable, Sequence
from typing import TypeAlias

import tensorflow as tf
from frazo.layers.declaration import Declaration, declare
from frazo.layers.initializer import initial_value
from frazo.proto import initializer_pb2
from frazo.shard.mesh import Held, LogicalAxis, Mesh

# A message, or a function from the ranges of the variable that are held to their values.
Init: TypeAlias = initializer_pb2.Initializer | Callable[[Held], tf.Tensor]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Place:
    """A layer's place in the model, and the only door through which variables are made.

    path: the path in the message tree, such as "network/conv0"; "" at its root.
    input_shape: of the layer's input, with the batch as first dimension; None where a size is not
        fixed; () for what has no input of its own, such as a task.
    seed: the experiment's, which decides the initial values.
    mesh: which part of each variable this process holds.
    compute_dtype: of activations. Variables, losses, norms and softmax are float32.
    """

    path: str = ""
    input_shape: tuple[int | None, ...] = ()
    seed: int
    mesh: Mesh = dataclasses.field(default_factory=Mesh.single)
    compute_dtype: tf.DType = tf.float32

    def at(self, name: str, input_shape: Sequence[int | None] | None = None) -> "Place":
        """The place of a part called `name`; without a shape it has the input of the whole."""
        return dataclasses.replace(
            self,
            path=self.path_of(name),
            input_shape=self.input_shape if input_shape is None else tuple(input_shape),
        )

    def path_of(self, name: str) -> str:
        """The path of a part: "network/conv0"."""
        return f"{self.path}/{name}" if self.path else name

    def variable(
        self,
        name: str,
        shape: Sequence[int],
        *,
        axes: Sequence[LogicalAxis],
        init: Init,
        decays: bool = False,
        trainable: bool = True,
    ) -> tf.Variable:
        """A float32 variable, of which this process makes its part only.

        Args:
          name: its name in the layer. The whole name is the layer's path and this one
            ("network/conv0/kernel"), which is also its key in checkpoints.
          shape: the sizes of the whole variable.
          axes: a logical axis for each dimension, such as ("embed", "mlp").
          init: the initial values, a pure function of the seed and the path.
          decays: whether the learner's l2 and weight decay apply to it.
          trainable: whether the learner trains it.

        Raises:
          ValueError: the mesh cannot cut the variable along these axes.
        """
        path, axes, shape = self.path_of(name), tuple(axes), tuple(shape)
        held = self.mesh.held(path, shape, axes)
        if isinstance(init, initializer_pb2.Initializer):
            value = self.initial_value(name, shape, init, held)
        else:
            value = init(held)
        variable = tf.Variable(value, trainable=trainable, name=path)
        return declare(variable, Declaration(axes, shape, held, decays))

    def initial_value(
        self, name: str, shape: Sequence[int], init: initializer_pb2.Initializer, held: Held
    ) -> tf.Tensor:
        """What is held of the initial values of `shape`; for init functions of `variable`."""
        return initial_value(init, shape=shape, path=self.path_of(name), seed=self.seed, held=held)
