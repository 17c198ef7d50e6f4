"""The names of several tasks, in their order."""

from collections.abc import Iterable, Mapping, Sequence

import tensorflow as tf
from frazo.config.suggestions import suggestion


class TaskNames:
    """Tells the position of each task."""

    def __init__(self, names: Sequence[str]):
        self._names = list(names)

    def __len__(self) -> int:
        return len(self._names)

    def position(self, name: str) -> int:
        """Returns the position of a task.

        Raises:
          ValueError: There is no task of this name.
        """
        if name not in self._names:
            raise ValueError(
                f'schedule: there is no task called "{name}"; '
                f"{suggestion(name, self._names, 'the tasks are')}"
            )
        return self._names.index(name)

    def positions(self, names: Iterable[str]) -> list[int]:
        """Returns the positions of tasks.

        Raises:
          ValueError: There is no task of one of the names, or one name occurs twice.
        """
        positions: list[int] = []
        for name in names:
            if self.position(name) in positions:
                raise ValueError(f'schedule: the task "{name}" is named twice; leave one out')
            positions.append(self.position(name))
        return positions

    def vector(self, values: Mapping[str, float]) -> tf.Tensor:
        """Returns values by name as float64 [tasks], with 0 for tasks without one."""
        by_position = {self.position(name): value for name, value in values.items()}
        return tf.constant(
            [by_position.get(position, 0.0) for position in range(len(self))], tf.float64
        )
