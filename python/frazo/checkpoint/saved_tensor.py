"""The unit of a checkpoint: a tensor, or the slice of one that a process holds."""

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np
import tensorflow as tf
from frazo.layers.declaration import find_declaration
from frazo.shard.mesh import Held, Range, boxes, held_shape, is_whole, local_boxes


@dataclasses.dataclass(frozen=True)
class SavedTensor:
    """A slice of a tensor, or the whole of it.

    name: of the tensor, the key in the checkpoint. full_shape: of the whole tensor.
    slice: for each dimension the range of it that `value` is. value: a snapshot.
    """

    name: str
    full_shape: tuple[int, ...]
    slice: tuple[Range, ...]
    value: tf.Tensor

    @classmethod
    def whole(cls, name: str, value: tf.Tensor) -> "SavedTensor":
        shape = tuple(value.shape)
        return cls(name, shape, tuple(Range(0, size) for size in shape), value)

    @property
    def shape_and_slice(self) -> str:
        """The slice as TensorFlow's checkpoint ops take it."""
        return _shape_and_slice(self.full_shape, self.slice)


def whole_tensors(values: Mapping[str, tf.Tensor]) -> list[SavedTensor]:
    """Tensors by name, each of them whole."""
    return [SavedTensor.whole(name, value) for name, value in values.items()]


def saved_tensors(name: str, variable: tf.Variable) -> list[SavedTensor]:
    """What this process saves of a variable: one slice for each of the pieces that it holds."""
    value, declaration = variable.read_value(), find_declaration(variable)
    if declaration is None or is_whole(declaration.held, declaration.full_shape):
        return [SavedTensor.whole(name, value)]
    pairs = zip(boxes(declaration.held), local_boxes(declaration.held), strict=True)
    return [
        SavedTensor(name, declaration.full_shape, piece, value[_indices(local)])
        for piece, local in pairs
    ]


def slices_to_read(variable: tf.Variable) -> list[str]:
    """The slices of its tensor that a variable is made of, as TensorFlow's ops take them."""
    declaration = find_declaration(variable)
    if declaration is None:
        return [""]
    return [_shape_and_slice(declaration.full_shape, piece) for piece in boxes(declaration.held)]


def joined(variable: tf.Variable, values: Sequence[tf.Tensor]) -> tf.Tensor:
    """The value of a variable from those of its slices."""
    declaration = find_declaration(variable)
    if len(values) == 1 or declaration is None:
        return values[0]
    if not values:
        return tf.zeros_like(variable)
    held: Held = declaration.held
    whole = np.empty(held_shape(held), values[0].dtype.as_numpy_dtype)
    for local, value in zip(local_boxes(held), values, strict=True):
        whole[_indices(local)] = value
    return tf.constant(whole)


def held_part(variable: tf.Variable, value: np.ndarray) -> tf.Tensor:
    """The part of a whole tensor that a variable holds."""
    declaration = find_declaration(variable)
    if declaration is None:
        return tf.constant(value)
    pieces = [tf.constant(value[_indices(piece)]) for piece in boxes(declaration.held)]
    return joined(variable, pieces)


def _indices(box: Sequence[Range]) -> tuple[slice, ...]:
    return tuple(slice(start, start + size) for start, size in box)


def _shape_and_slice(shape: Sequence[int], piece: Sequence[Range]) -> str:
    if all(part == (0, size) for part, size in zip(piece, shape, strict=True)):
        return ""
    ranges = ":".join(f"{start},{size}" for start, size in piece)
    return " ".join([*map(str, shape), ranges])
