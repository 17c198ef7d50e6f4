"""Checks that concern a whole experiment: its inputs, and the scores that training follows."""

from collections.abc import Iterator

from google.protobuf.message import Message

from frazo.config import vocabulary
from frazo.config.metric_goals import is_minimized
from frazo.config.paths import Key
from frazo.config.suggestions import nearest, suggestion
from frazo.config.validators import Fail, validates
from frazo.proto import experiment_pb2, followed_score_pb2


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
    if "Train" in experiment.inputs:
        return
    names = ", ".join(f'"{name}"' for name in sorted(experiment.inputs))
    match = nearest("Train", experiment.inputs)
    hint = f'; rename "{match}" to "Train"' if match else "; add one"
    fail(f'there is no input named "Train" to train on; the inputs are: {names}{hint}', "inputs")


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
