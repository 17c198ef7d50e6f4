"""Checks that concern a whole experiment: its inputs, and the scores that training follows."""

import re
from collections.abc import Iterator

from google.protobuf.message import Message

from frazo.config import vocabulary
from frazo.config.metric_goals import is_minimized
from frazo.config.paths import Key
from frazo.config.suggestions import nearest, suggestion
from frazo.config.validators import Fail, validates
from frazo.proto import experiment_pb2, followed_score_pb2, task_pb2

_TASK_NAME = re.compile(r"[A-Za-z0-9_]+")
# Variables of the model and parts of a checkpoint that are not a task's begin with these.
_RESERVED_NAMES = ("schedule", "learner", "input")


@validates(followed_score_pb2.FollowedScore)
def _goal_is_known(score: followed_score_pb2.FollowedScore, fail: Fail) -> None:
    try:
        is_minimized(score)
    except ValueError as error:
        fail(str(error), "metric")


@validates(experiment_pb2.Experiment)
def _inputs_are_there(experiment: experiment_pb2.Experiment, fail: Fail) -> None:
    _trains_on_something(experiment, fail)
    _scores_have_inputs(experiment, fail)


def _trains_on_something(experiment: experiment_pb2.Experiment, fail: Fail) -> None:
    if experiment.task.WhichOneof("kind") == "multi_task":
        _tasks_have_inputs(experiment, fail)
        return
    if "Train" in experiment.inputs:
        return
    names = ", ".join(f'"{name}"' for name in sorted(experiment.inputs))
    match = nearest("Train", experiment.inputs)
    hint = f'; rename "{match}" to "Train"' if match else "; add one"
    fail(f'there is no input named "Train" to train on; the inputs are: {names}{hint}', "inputs")


def _tasks_have_inputs(experiment: experiment_pb2.Experiment, fail: Fail) -> None:
    owners: dict[str, str] = {}
    for index, part in enumerate(experiment.task.multi_task.tasks):
        fields = [("train_input",), *(("inputs", i) for i in range(len(part.inputs)))]
        for field, name in zip(fields, [part.train_input, *part.inputs], strict=True):
            path = ("task", "multi_task", "tasks", index, *field)
            if name not in experiment.inputs:
                known = suggestion(name, sorted(experiment.inputs), "the inputs are")
                fail(f'the experiment has no input called "{name}"; {known}', *path)
            if name in owners:
                problem = (
                    f'"{name}" is an input of the task "{owners[name]}", too; give each its own'
                )
                fail(problem, *path)
            owners[name] = part.name


@validates(task_pb2.MultiTask)
def _tasks_fit(multi_task: task_pb2.MultiTask, fail: Fail) -> None:
    names = [part.name for part in multi_task.tasks]
    if len(names) < 2:
        fail("a single task needs no multi_task; add another one, or write it as `task`", "tasks")
    for index, part in enumerate(multi_task.tasks):
        if part.name in _RESERVED_NAMES or not _TASK_NAME.fullmatch(part.name):
            problem = (
                f'"{part.name}" cannot be the name of a task; use letters, digits and underscores'
            )
            fail(f"{problem}, and not {' or '.join(_RESERVED_NAMES)}", "tasks", index, "name")
        if part.name in names[:index]:
            fail(f'there is another task called "{part.name}"', "tasks", index, "name")
        if part.task.WhichOneof("kind") == "multi_task":
            fail(
                "a task cannot be several; list them all in one multi_task", "tasks", index, "task"
            )
    for index, rule in enumerate(multi_task.shared):
        for position, name in enumerate(rule.tasks):
            if name not in names:
                known = suggestion(name, names, "the tasks are")
                problem = f'there is no task called "{name}"; {known}'
                fail(problem, "shared", index, "tasks", position)
        if len(rule.tasks) == 1:
            fail("a single task shares with nobody; name another one", "shared", index, "tasks")


def _scores_have_inputs(experiment: experiment_pb2.Experiment, fail: Fail) -> None:
    for score, part in _followed_scores(experiment, ()):
        if score.input not in experiment.inputs:
            known = suggestion(score.input, sorted(experiment.inputs), "the inputs are")
            fail(f'the experiment has no input called "{score.input}"; {known}', *part, "input")


def _followed_scores(
    message: Message, part: tuple[Key, ...]
) -> Iterator[tuple[followed_score_pb2.FollowedScore, tuple[Key, ...]]]:
    """Yields each FollowedScore within a message, and the way to it."""
    if isinstance(message, followed_score_pb2.FollowedScore):
        yield message, part
        return
    for field, value in message.ListFields():
        if not vocabulary.is_message(field) or vocabulary.is_map(field):
            continue
        if field.is_repeated:
            for index, element in enumerate(value):
                yield from _followed_scores(element, (*part, field.name, index))
        else:
            yield from _followed_scores(value, (*part, field.name))
