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
