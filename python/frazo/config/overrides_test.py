"""Tests of --set path=value."""

import textwrap

import pytest

from frazo.config.config_text import ConfigText
from frazo.config.document import Document
from frazo.config.errors import ConfigError
from frazo.config.overrides import apply_override
from frazo.config.reader import read
from frazo.proto import dropout_pb2, experiment_pb2, layer_pb2

_EXPERIMENT = """
task {
  image_classifier {
    network {
      layers { name: "conv0" conv2d { filters: 20 kernel_height: 5 kernel_width: 5 } }
      layers { dropout { rate: 0.2 } }
      layers { name: "mine" custom { [type.googleapis.com/frazo.Dropout] { rate: 0.5 } } }
    }
  }
}
inputs { key: "Train" value { image { records { files: ["a", "b"] } batch_size: 256 } } }
learner {
  learning_rate: 0.1
  optimizer { adam { beta1: 0.5 } }
  schedule { piecewise { boundaries: 10 values: [1, 0.5] } }
}
"""


def _document() -> Document:
    return read(ConfigText("e.textproto", _EXPERIMENT), experiment_pb2.Experiment)


def _overridden(*assignments: str) -> experiment_pb2.Experiment:
    document = _document()
    for assignment in assignments:
        apply_override(document, assignment)
    return document.message


def _error(assignment: str) -> str:
    with pytest.raises(ConfigError) as caught:
        apply_override(_document(), assignment)
    return str(caught.value)


def _layers(*assignments: str) -> list[layer_pb2.Layer]:
    return list(_overridden(*assignments).task.image_classifier.network.layers)


def test_scalar():
    learner = _overridden("learner.learning_rate=0.25").learner
    assert learner.learning_rate == 0.25
    assert learner.optimizer.adam.beta1 == 0.5


def test_map_key_is_a_step_of_the_path():
    image = _overridden("inputs.Train.image.batch_size=64").inputs["Train"].image
    assert (image.batch_size, list(image.records.files)) == (64, ["a", "b"])


def test_new_map_entry_is_set_as_a_whole():
    inputs = _overridden('inputs["Dev 2"]={image{batch_size:3}}').inputs
    assert inputs["Dev 2"].image.batch_size == 3
    assert inputs["Train"].image.batch_size == 256


def test_existing_map_entry_merges():
    image = _overridden("inputs.Train={image{width:28}}").inputs["Train"].image
    assert (image.batch_size, image.width) == (256, 28)


def test_element_by_index_and_by_name():
    path = "task.image_classifier.network.layers"
    assert _layers(f"{path}[1].dropout.rate=0.25")[1].dropout.rate == 0.25
    layer = _layers(f"{path}.conv0.conv2d.filters=32")[0]
    assert (layer.conv2d.filters, layer.conv2d.kernel_width) == (32, 5)


def test_element_that_is_a_message_merges():
    layer = _layers("task.image_classifier.network.layers.conv0={conv2d{stride:2}}")[0]
    assert (layer.name, layer.conv2d.filters, layer.conv2d.stride) == ("conv0", 20, 2)


def test_element_that_is_a_scalar():
    piecewise = _overridden("learner.schedule.piecewise.values[1]=0.25").learner.schedule.piecewise
    assert list(piecewise.values) == [1, 0.25]


def test_field_of_a_custom_message():
    layer = _layers("task.image_classifier.network.layers.mine.custom.rate=0.75")[2]
    packed = dropout_pb2.Dropout()
    assert layer.custom.Unpack(packed)
    assert packed.rate == 0.75


def test_list_replaces():
    records = _overridden('inputs.Train.image.records.files=["c"]').inputs["Train"].image.records
    assert list(records.files) == ["c"]
    piecewise = _overridden("learner.schedule.piecewise.boundaries=[]").learner.schedule.piecewise
    assert list(piecewise.boundaries) == []
    assert list(piecewise.values) == [1, 0.5]


def test_message_merges():
    learner = _overridden("learner={clip_value: 3, optimizer { adam { beta2: 0.5 } }}").learner
    assert learner.clip_value == 3
    assert (learner.learning_rate, learner.optimizer.adam.beta1) == (pytest.approx(0.1), 0.5)


def test_another_branch_of_a_oneof():
    optimizer = _overridden("learner.optimizer.momentum.nesterov=true").learner.optimizer
    assert optimizer.WhichOneof("kind") == "momentum"
    assert optimizer.momentum.nesterov
    assert _overridden("learner.optimizer.sgd={}").learner.optimizer.WhichOneof("kind") == "sgd"


def test_the_place_of_the_branch_that_went_is_forgotten():
    document = _document()
    apply_override(document, "learner.optimizer.momentum.nesterov=true")
    assert list(document.location.nearest("learner", "optimizer").children) == ["momentum"]


def test_messages_on_the_way_come_to_be():
    assert _overridden("eval.start_step=7").eval.start_step == 7


def test_enum_by_name():
    layer = _layers("task.image_classifier.network.layers[0].conv2d.padding=VALID")[0]
    assert layer.conv2d.padding == 1  # VALID = 1


# The text behind the =, and the string it means.
_STRINGS = [
    ("plain", "plain"),
    ("two words, {not} textproto", "two words, {not} textproto"),
    ("", ""),
    (" spaces stay ", " spaces stay "),
    ("a=b", "a=b"),
    ("[x]", "[x]"),
    ("back\\slash", "back\\slash"),
    ("größe", "größe"),
    ('"quoted\\n"', "quoted\n"),
    ("'it' ' is'", "it is"),
]


@pytest.mark.parametrize(("text", "meaning"), _STRINGS)
def test_string_with_and_without_quotes(text, meaning):
    assert _overridden(f"description={text}").description == meaning


def test_single_bare_string_for_a_repeated_field():
    records = _overridden("inputs.Train.image.records.files=/data/x").inputs["Train"].image.records
    assert list(records.files) == ["/data/x"]


def test_later_overrides_win():
    assert _overridden("seed=1", "seed=2").seed == 2


def test_misspelled_field():
    assert _error("learner.lerning_rate=0.01") == textwrap.dedent("""\
        --set learner.lerning_rate=0.01:9: learner.lerning_rate: Learner has no field "lerning_rate"; did you mean "learning_rate"?
          1 | learner.lerning_rate=0.01
            |         ^""")


# Assignment, column, and the rest of the first line.
_ERRORS = [
    ("seed", 5, "--set: expected path=value, such as learner.learning_rate=0.01; found the end"),
    ("=1", 1, '--set: expected path=value, such as learner.learning_rate=0.01; found "="'),
    ("a b=1", 2, '--set: expected path=value, such as learner.learning_rate=0.01; found " "'),
    ("seed=", 6, "seed: expected a whole number >= 0, found the end of the text"),
    ("seed=x", 6, "seed: expected a whole number >= 0 (int64), found x"),
    ("seed.x=1", 6, 'seed: it is a whole number >= 0 and has no "x"'),
    ("seed[0]=1", 5, 'seed: it is a whole number >= 0 and has no "0"'),
    ("seed=1 seed: 2", 8, "seed: written twice; the first is at --set seed=1 seed: 2:1; keep one"),
    (
        "seed=1 eval {}",
        8,
        "eval: one --set changes one field, here seed; use a second --set for this field",
    ),
    (
        "learner={lerning_rate:1}",
        10,
        'learner.lerning_rate: Learner has no field "lerning_rate"; did you mean "learning_rate"?',
    ),
    ("learner=3", 9, "learner: expected a message { ... } (Learner), found 3"),
    (
        "learner={",
        10,
        'learner: expected "}" to close the message opened at --set learner={:9, '
        "found the end of the text",
    ),
    (
        "inputs.train.image.width=1",
        8,
        "inputs.train: no such entry (to add one, set the whole entry: inputs.train={ ... }); "
        'did you mean "Train"?',
    ),
    (
        "inputs.Dev.image.width=1",
        8,
        "inputs.Dev: no such entry (to add one, set the whole entry: inputs.Dev={ ... }); "
        "the entries are: Train",
    ),
    (
        "inputs.Dev={image{with:1}}",
        19,
        'inputs.Dev.image.with: ImageInput has no field "with"; did you mean "width"?',
    ),
    ("inputs.Dev={image{", 19, None),
    (
        "task.image_classifier.network.layers[3].name=a",
        37,
        "task.image_classifier.network.layers[3]: no such element; the list has 3, counted from 0",
    ),
    (
        "task.image_classifier.network.layers.conv.name=a",
        38,
        "task.image_classifier.network.layers.conv: no element has this name, and it is not an index "
        'such as [0]; did you mean "conv0"?',
    ),
    (
        "task.image_classifier.network.layers[1]={dropout{rat:1}}",
        50,
        'task.image_classifier.network.layers[1].dropout.rat: Dropout has no field "rat"; '
        'did you mean "rate"?',
    ),
    (
        "task.image_classifier.network.layers[1]=[{},{}]",
        41,
        "task.image_classifier.network.layers[1]: expected one value, found 2",
    ),
    (
        "learner.schedule.piecewise.values.first=1",
        35,
        'learner.schedule.piecewise.values.first: expected an index such as [0], found "first"',
    ),
    (
        "learner.schedule.piecewise.values[1].x=1",
        38,
        'learner.schedule.piecewise.values[1]: it is a number >= 0 and has no "x"',
    ),
    (
        "inputs.Train.image.records.files=[c]",
        35,
        'inputs.Train.image.records.files[0]: expected a string of UTF-8 text, "...", found c',
    ),
    (
        "task.custom.rate=1",
        13,
        "task.custom: it is empty; set the whole message: {[type.googleapis.com/my.Type] { ... }}",
    ),
]


@pytest.mark.parametrize(("assignment", "column", "expected"), _ERRORS)
def test_errors(assignment, column, expected):
    first_line, shown, caret = _error(assignment).split("\n")
    head = f"--set {assignment}:{column}: "
    assert first_line.startswith(head)
    if expected is not None:
        assert first_line.removeprefix(head) == expected
    assert shown == f"  1 | {assignment}"
    assert caret == f"    | {' ' * (column - 1)}^"


def test_the_rest_of_a_message_keeps_its_place():
    document = _document()
    apply_override(document, "learner.learning_rate=1")
    learner = document.location.children["learner"]
    assert str(learner.name) == "e.textproto:12:1"
    assert str(learner.children["optimizer"].name) == "e.textproto:14:3"
    assert str(learner.children["learning_rate"].value) == "--set learner.learning_rate=1:23"
