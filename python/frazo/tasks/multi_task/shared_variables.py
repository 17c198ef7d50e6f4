"""Variables that several tasks have in common."""

from collections.abc import Sequence
from fnmatch import fnmatchcase

import tensorflow as tf
from frazo.layers.place import FindShared
from frazo.proto import task_pb2


class SharedVariables:
    """Finds, for a task that is being built, the variables that it shares with earlier ones."""

    def __init__(self, message: task_pb2.MultiTask):
        """Reads the rules.

        Args:
          message: The message of the tasks.
        """
        # In the order in which the tasks are built.
        self._rules = [
            (
                rule.pattern,
                [e.name for e in message.tasks if not rule.tasks or e.name in rule.tasks],
            )
            for rule in message.shared
        ]
        # By task, its variables by their names within it.
        self._made: dict[str, dict[str, tf.Variable]] = {}

    def finder(self, task: str) -> FindShared:
        """Returns what finds the variables that a task shares; see Place.find_shared."""

        def find(path: str) -> tf.Variable | None:
            name = path.removeprefix(f"{task}/")
            for pattern, tasks in self._rules:
                if task not in tasks or not fnmatchcase(name, pattern):
                    continue
                for other in tasks[: tasks.index(task)]:
                    if name in self._made.get(other, {}):
                        return self._made[other][name]
            return None

        return find

    def add(self, task: str, variables: Sequence[tf.Variable]) -> None:
        """Adds the variables of a task that has been built."""
        # A shared one has the name of another task before its name within the task.
        self._made[task] = {
            variable.name.removesuffix(":0").partition("/")[2]: variable for variable in variables
        }

    def check(self) -> None:
        """Checks the rules once all tasks have been built.

        Raises:
          ValueError: A pattern matches no variable of a task, or matches none that another one of
            its tasks has.
        """
        for index, (pattern, tasks) in enumerate(self._rules):
            matching = {
                task: {name for name in self._made[task] if fnmatchcase(name, pattern)}
                for task in tasks
            }
            for task, names in matching.items():
                others = set().union(*(n for other, n in matching.items() if other != task))
                if not names & others:
                    raise ValueError(
                        f'multi_task.shared[{index}]: "{pattern}" matches no variable of "{task}" that another '
                        f"task has, too; its variables are {', '.join(sorted(self._made[task]))}"
                    )
