"""Where a layer is in a model. Constructors of layers take it beside the message."""

import dataclasses
from collections.abc import Callable, Sequence
from typing import TypeAlias

import tensorflow as tf
from frazo.layers.declaration import Declaration, declaration_of, declare
from frazo.layers.initializer import initial_value
from frazo.proto import initializer_pb2
from frazo.shard.mesh import Held, LogicalAxis, Mesh, held_shape, nothing_held

# A message, or a function that maps the held ranges of the variable to their values.
Init: TypeAlias = initializer_pb2.Initializer | Callable[[Held], tf.Tensor]


# Maps the path of a variable to one that was made before and is to be used there; None if the
# variable is to be made.
FindShared: TypeAlias = Callable[[str], tf.Variable | None]


# Returns the held part of the initial values of a variable, as initial_value does.
Draw: TypeAlias = Callable[..., tf.Tensor]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Place:
    """Where a layer is in the model. Layers make their variables through it only.

    Attributes:
      path: The path in the message tree, such as "network/conv0"; "" at its root.
      input_shape: The shape of the layer's input, with the batch as first dimension; None where a
        size is not fixed; () if there is no such input, as for a task.
      seed: The experiment's seed, which decides the initial values.
      mesh: Decides which part of each variable this process holds.
      compute_dtype: The type of activations. Variables, losses, norms and softmax are float32.
      draw: Draws initial values; a plan, which has no use for them, gives another function.
      find_shared: Finds the variables that the model shares with another one; None: it shares none.
      stages: The stages of the mesh's pipeline that hold the variables; None: not said.
    """

    path: str = ""
    input_shape: tuple[int | None, ...] = ()
    seed: int
    mesh: Mesh = dataclasses.field(default_factory=Mesh.single)
    compute_dtype: tf.DType = tf.float32
    draw: Draw = initial_value
    find_shared: FindShared | None = None
    stages: frozenset[int] | None = None

    def at(self, name: str, input_shape: Sequence[int | None] | None = None) -> "Place":
        """Returns the place of the part `name`. The input shape stays unless one is given."""
        return dataclasses.replace(
            self,
            path=self.path_of(name),
            input_shape=self.input_shape if input_shape is None else tuple(input_shape),
        )

    def on_stages(self, *stages: int) -> "Place":
        """Returns the same place in some stages of the mesh's pipeline, if it has one.

        A layer there makes variables without elements in the processes of other stages, which must
        not call it.

        Args:
          *stages: Their numbers from 0; negative ones count from the last stage.
        """
        pipeline = self.mesh.pipeline
        if pipeline is None:
            return self
        numbers = frozenset(stage % pipeline.num_stages for stage in stages)
        return dataclasses.replace(self, stages=numbers)

    @property
    def is_elsewhere(self) -> bool:
        """Whether only processes of other stages hold the variables."""
        return self.mesh.is_elsewhere(self.stages)

    def path_of(self, name: str) -> str:
        """Returns the path of a part, such as "network/conv0"."""
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
        """Makes a float32 variable, or returns the shared one. This process makes only the part
        that it holds.

        Args:
          name: The name within the layer. The layer's path and this name make the whole name
            ("network/conv0/kernel"), which is also the key in checkpoints.
          shape: The sizes of the whole variable.
          axes: A logical axis for each dimension, such as ("embed", "mlp").
          init: The initial values, a pure function of the seed and the path.
          decays: Whether the learner's l2 and weight decay apply to it.
          trainable: Whether the learner trains it.

        Raises:
          ValueError: The mesh cannot cut the variable along these axes, or no stage of its pipeline
            has the variable, or the shared variable has another shape.
        """
        path, axes, shape = self.path_of(name), tuple(axes), tuple(shape)
        shared = self.find_shared(path) if self.find_shared else None
        if shared is not None:
            return _of_shape(shared, shape, path)
        held = self._held(path, shape, axes)
        if self.is_elsewhere:
            value = tf.zeros(held_shape(held))
        elif isinstance(init, initializer_pb2.Initializer):
            value = self.initial_value(name, shape, init, held)
        else:
            value = init(held)
        variable = tf.Variable(value, trainable=trainable, name=path)
        return declare(variable, Declaration(axes, shape, held, decays, self.mesh, self.stages))

    def _held(self, path: str, shape: tuple[int, ...], axes: tuple[LogicalAxis, ...]) -> Held:
        held = self.mesh.held(path, shape, axes)
        if self.mesh.pipeline is not None and (self.stages is None or not shape):
            raise ValueError(
                f"{path}: no stage of mesh.pipeline can have this variable. The body of a language "
                "model that is a transformer_stack can be dealt out to stages; train others without "
                f'the mesh axis "{self.mesh.pipeline.layout.axis}".'
            )
        return nothing_held(len(shape)) if self.is_elsewhere else held

    def initial_value(
        self, name: str, shape: Sequence[int], init: initializer_pb2.Initializer, held: Held
    ) -> tf.Tensor:
        """Returns the held part of the initial values of `shape`.

        An init function of `variable` calls it.
        """
        return self.draw(init, shape=shape, path=self.path_of(name), seed=self.seed, held=held)


def _of_shape(shared: tf.Variable, shape: tuple[int, ...], path: str) -> tf.Variable:
    full_shape = declaration_of(shared).full_shape
    if full_shape != shape:
        raise ValueError(
            f"'{path}' has the shape {list(shape)}, and the variable that it shares, "
            f"'{shared.name.removesuffix(':0')}', {list(full_shape)}. Give both layers the same sizes, or "
            "don't share them."
        )
    return shared
