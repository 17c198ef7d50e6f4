"""How a variable is made of a checkpoint's tensors."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from frazo.proto import warm_start_pb2

_PARTS = warm_start_pb2.TensorParts


class RecipeError(ValueError):
    """Tensors do not give the variable. str() names them, but not the variable."""


@dataclasses.dataclass(frozen=True)
class Recipe:
    """One tensor as it is, or several tensors put together as a TensorParts says.

    Attributes:
      tensors: Their names.
      parts: How they are put together; None for one tensor as it is.
    """

    tensors: tuple[str, ...]
    parts: warm_start_pb2.TensorParts | None = None

    def check(self, shapes: Mapping[str, Sequence[int]], target: Sequence[int]) -> None:
        """Raises RecipeError if the tensors do not give the shape `target`.

        Args:
          shapes: The shapes of the tensors.
          target: The variable's shape.
        """
        if self.parts is None:
            found = list(shapes[self.tensors[0]])
        else:
            found = self._joined_shape([list(shapes[name]) for name in self.tensors], self.parts)
            if self.parts.rows != _PARTS.ALL and found and target and found[0] > target[0]:
                found[0] = target[0]
        if found != list(target):
            have = "has" if len(self.tensors) == 1 and self.parts is None else "would give"
            raise RecipeError(
                f"{self.described()} {have} shape {found}, the variable {list(target)}"
            )

    def value(self, read: Callable[[str], np.ndarray], rows: int) -> np.ndarray:
        """Returns the value of a variable for which check() finds nothing.

        Args:
          read: Returns a tensor.
          rows: The first dimension of the variable.
        """
        values = [read(name) for name in self.tensors]
        parts = self.parts
        if parts is None:
            return values[0]
        if parts.transpose:
            values = [value.T for value in values]
        if parts.join == _PARTS.ROW_BY_ROW:
            joined = np.stack(values, 1).reshape([-1, *values[0].shape[1:]])
        else:
            joined = np.concatenate(values, 0 if parts.join == _PARTS.FIRST_DIMENSION else -1)
        if parts.rows == _PARTS.LAST:
            joined = joined[len(joined) - rows :]
        elif parts.rows == _PARTS.FIRST:
            joined = joined[:rows]
        return np.ascontiguousarray(joined)

    def described(self) -> str:
        """Returns the names of the tensors, or of the first and the last."""
        names = list(self.tensors)
        if len(names) > 3:
            return f"{names[0]} to {names[-1]}"
        return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]

    def _joined_shape(
        self, shapes: list[list[int]], parts: warm_start_pb2.TensorParts
    ) -> list[int]:
        for name, shape in zip(self.tensors, shapes, strict=True):
            if not shape or (parts.transpose and len(shape) != 2):
                expected = "a matrix to transpose" if parts.transpose else "a tensor to join"
                raise RecipeError(f"{name} has shape {shape}, but {expected} was expected")
        if parts.transpose:
            shapes = [shape[::-1] for shape in shapes]
        axis = 0 if parts.join != _PARTS.LAST_DIMENSION else -1
        first = shapes[0]
        for name, shape in zip(self.tensors, shapes, strict=True):
            same = list(shape)
            if parts.join != _PARTS.ROW_BY_ROW and len(shape) == len(first):
                same[axis] = first[axis]
            if same != first:
                raise RecipeError(
                    f"{name} has shape {shape} and {self.tensors[0]} {first}, which cannot be joined"
                )
        joined = list(first)
        joined[axis] = sum(shape[axis] for shape in shapes)
        return joined


def numbered(name: str, names: Mapping[str, object]) -> list[str]:
    """Returns the names that `name`, in which `#` stands for 0, 1, 2 and so on, has among `names`.

    A name without `#`, and one of which there is none, is returned with 0 for `#`.
    """
    found = [name.replace("#", "0")]
    while "#" in name and (following := name.replace("#", str(len(found)))) in names:
        found.append(following)
    return found
