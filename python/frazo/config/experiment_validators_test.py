"""Tests of the checks that concern an experiment as a whole."""

import pytest

from frazo.config.config_text import ConfigText
from frazo.config.errors import ConfigError
from frazo.config.reader import read
from frazo.config.validation import validate
from frazo.proto import experiment_pb2

_CLASSIFIER = "image_classifier { network { layers { flatten {} } } softmax { num_classes: 10 } }"
_INPUT = "image { records { files: 'a' } batch_size: 1 height: 2 width: 3 }"


def _validate(
    task: str = _CLASSIFIER, inputs: str = "Train Dev", learner: str = "", train: str = ""
) -> None:
    entries = "".join(f"inputs {{ key: '{n}' value {{ {_INPUT} }} }}\n" for n in inputs.split())
    text = (
        f"task {{ {task} }}\n{entries}learner {{ learning_rate: 1 optimizer {{ sgd {{}} }} {learner} }}\n"
        f"train {{ max_steps: 1 {train} }}"
    )
    validate(read(ConfigText("e.textproto", text), experiment_pb2.Experiment))


def _error(**parts: str) -> str:
    """Returns the first line of the error, without its position."""
    with pytest.raises(ConfigError) as caught:
        _validate(**parts)
    return str(caught.value).splitlines()[0].partition(": ")[2]


def _early_stop(score: str) -> str:
    return f"early_stop {{ window_steps: 5 score {{ {score} }} }}"


def test_an_early_stop_is_valid():
    _validate(train=_early_stop('input: "Dev" metric: "loss"'))
    _validate(train=_early_stop('input: "Dev" metric: "wit" goal: MAXIMIZE'))


def test_training_follows_inputs_of_the_experiment():
    assert _error(train=_early_stop('input: "Dve" metric: "loss"')) == (
        'train.early_stop.score.input: the experiment has no input called "Dve"; did you mean "Dev"?'
    )
    inner = 'reduce_on_plateau { score { input: "Test" metric: "loss" } }'
    outer = f'reduce_on_plateau {{ score {{ input: "Dev" metric: "loss" }} times {{ {inner} }} }}'
    assert _error(learner=f"schedule {{ {outer} }}") == (
        "learner.schedule.reduce_on_plateau.times.reduce_on_plateau.score.input: the experiment has no "
        'input called "Test"; the inputs are: Dev, Train'
    )


def test_the_goal_of_an_unknown_metric_must_be_given():
    assert _error(train=_early_stop('input: "Dev" metric: "wit"')) == (
        'train.early_stop.score.metric: whether "wit" is to fall or to rise is not known; set goal: MINIMIZE '
        "or goal: MAXIMIZE"
    )


def _part(name: str, inputs: str, task: str = _CLASSIFIER) -> str:
    return f"tasks {{ name: '{name}' task {{ {task} }} {inputs} }}"


def _several(*parts: str, extra: str = "") -> str:
    return f"multi_task {{ {' '.join(parts)} schedule {{ round_robin {{}} }} {extra} }}"


_ONE = _part("one", "train_input: 'Train' inputs: 'Dev'")
_TWO = _part("two", "train_input: 'More'")


def test_several_tasks_are_valid_without_an_input_called_train():
    _validate(task=_several(_ONE, _TWO), inputs="Train Dev More")
    other = _part("one", "train_input: 'Dev'")
    _validate(task=_several(other, _TWO), inputs="Dev More")


@pytest.mark.parametrize(
    ("task", "problem"),
    [
        (_several(_ONE), ".tasks: a single task needs no multi_task; add another one, or write it"),
        (
            _several(_ONE, _part("two", "train_input: 'Mroe'")),
            '.tasks[1].train_input: the experiment has no input called "Mroe"; did you mean "More"?',
        ),
        (
            _several(_ONE, _part("two", "train_input: 'More' inputs: 'Dev'")),
            '.tasks[1].inputs[0]: "Dev" is an input of the task "one", too; give each its own',
        ),
        (
            _several(_ONE, _part("one", "train_input: 'More'")),
            '.tasks[1].name: there is another task called "one"',
        ),
        (
            _several(_ONE, _part("a/b", "train_input: 'More'")),
            '.tasks[1].name: "a/b" cannot be the name of a task; use letters, digits and underscores',
        ),
        (
            _several(_ONE, _part("schedule", "train_input: 'More'")),
            '.tasks[1].name: "schedule" cannot be the name of a task; use letters',
        ),
        (
            _several(_ONE, _part("two", "train_input: 'More'", _several(_ONE, _TWO))),
            ".tasks[1].task: a task cannot be several; list them all in one multi_task",
        ),
        (
            _several(_ONE, _TWO, extra="shared { pattern: '*' tasks: ['one', 'tow'] }"),
            '.shared[0].tasks[1]: there is no task called "tow"; did you mean "two"?',
        ),
        (
            _several(_ONE, _TWO, extra="shared { pattern: '*' tasks: 'one' }"),
            ".shared[0].tasks: a single task shares with nobody; name another one",
        ),
    ],
)
def test_tasks_that_do_not_fit_are_errors(task, problem):
    assert _error(task=task, inputs="Train Dev More").startswith(f"task.multi_task{problem}")
