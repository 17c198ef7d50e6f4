"""Several tasks that share variables and are trained in turn."""

import dataclasses
from collections.abc import Mapping
from typing import NoReturn

import tensorflow as tf

# Imported for their side effect: each binds itself to its message.
from frazo.layers.place import Place
from frazo.layers.step_context import StepContext
from frazo.learn.loss import Loss
from frazo.proto import task_pb2
from frazo.registry import build, register
from frazo.tasks.multi_task import (  # noqa: F401
    adaptive_schedule,
    ordered_schedules,
    weighted_schedules,
)
from frazo.tasks.multi_task.shared_variables import SharedVariables
from frazo.tasks.multi_task.task_names import TaskNames
from frazo.tasks.multi_task.task_schedule import TaskSchedule, draw_task
from frazo.tasks.task import EvalOutput, Task, WeightedMetrics

# The path of the schedule: its random numbers, and its variables.
SCHEDULE = "schedule"


@register(task_pb2.MultiTask)
class MultiTask(Task):
    """A step trains one part, a function of the seed, the step and the variables of the schedule.

    A batch belongs to a part; ask for_input() for the part before you use it.

    Attributes:
      parts: The tasks by name, in their order.
    """

    def __init__(
        self,
        message: task_pb2.MultiTask,
        place: Place,
        *,
        input_spec: Mapping[str, Mapping[str, tf.TensorSpec]],
    ):
        """Builds the parts.

        Args:
          message: The message.
          place: The root of the model.
          input_spec: By the name of each training input, the features of its batches.

        Raises:
          ValueError: The rules of shared variables don't fit the parts, or the schedule names
            another task.
        """
        super().__init__(message, place, input_spec={})
        shared = SharedVariables(message)
        self.parts: dict[str, Task] = {}
        for entry in message.tasks:
            part_place = dataclasses.replace(
                place.at(entry.name), find_shared=shared.finder(entry.name)
            )
            part = build(entry.task, place=part_place, input_spec=input_spec[entry.train_input])
            self.parts[entry.name] = part
            shared.add(entry.name, part.variables)
        shared.check()
        self._part_of_input = {
            name: entry.name
            for entry in message.tasks
            for name in (entry.train_input, *entry.inputs)
        }
        self._schedule: TaskSchedule = build(
            message.schedule, names=TaskNames(list(self.parts)), place=place.at(SCHEDULE)
        )
        self.score_followers = self._schedule.followers
        self.headline = tuple(dict.fromkeys(m for t in self.parts.values() for m in t.headline))

    def pick(self, context: StepContext, step: tf.Tensor) -> tf.Tensor:
        """Returns the index of the part that a step trains, int32 [].

        Args:
          context: The step's.
          step: int64 [], the number of steps done before this one.
        """
        return draw_task(self._schedule.weights(step), context.seed_for(SCHEDULE))

    def for_input(self, name: str) -> Task:
        if name not in self._part_of_input:
            raise ValueError(
                f"multi_task: no task has the input {name}. Add it to `inputs` of one of the tasks "
                f"{', '.join(self.parts)}, or leave it out of the jobs."
            )
        return self.parts[self._part_of_input[name]]

    def loss(
        self, batch: Mapping[str, tf.Tensor], context: StepContext
    ) -> tuple[Loss, WeightedMetrics]:
        self._refuse_batch()

    def num_examples(self, batch: Mapping[str, tf.Tensor]) -> tf.Tensor:
        self._refuse_batch()

    def evaluate(self, batch: Mapping[str, tf.Tensor], context: StepContext) -> EvalOutput:
        self._refuse_batch()

    def _refuse_batch(self) -> NoReturn:
        raise TypeError("a batch belongs to one of several tasks: call for_input(NAME) first")
