"""Tests of reading one textproto: its meaning, its positions, and its errors."""

import textwrap

import pytest
from google.protobuf import text_format
from hypothesis import given, settings
from hypothesis import strategies as st

from frazo import registry
from frazo.config.config_text import ConfigText
from frazo.config.document import Location
from frazo.config.errors import ConfigError
from frazo.config.paths import join
from frazo.config.random_messages import RandomFormatter, messages
from frazo.config.reader import read
from frazo.proto import dropout_pb2, experiment_pb2


def _read(text: str):
    return read(ConfigText("e.textproto", text), experiment_pb2.Experiment)


def _error(text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        _read(text)
    return str(caught.value)


def _dedent(text: str) -> str:
    return textwrap.dedent(text).strip("\n")


def _positions(location: Location, path: str = "") -> dict[str, tuple[int, int]]:
    positions = {}
    for key, child in location.children.items():
        child_path = join(path, key)
        positions[child_path] = (child.name.line, child.name.column)
        positions |= _positions(child, child_path)
    return positions


@settings(max_examples=150)
@given(messages(), st.randoms(use_true_random=False))
def test_any_formatting_gives_the_message_and_the_place_of_every_name(message, choices):
    formatted = RandomFormatter(message, choices)
    document = _read(formatted.text)
    assert document.message == message
    assert _positions(document.location) == formatted.positions


def test_value_and_name_of_a_field_have_places_of_their_own():
    location = _read("seed: 3\nlearner {\n  learning_rate :\n   1 }").location
    rate = location.children["learner"].children["learning_rate"]
    assert (rate.name.line, rate.name.column) == (3, 3)
    assert (rate.value.line, rate.value.column) == (4, 4)
    assert (location.children["learner"].value.line, location.children["learner"].value.column) == (
        2,
        9,
    )


def test_unknown_field_names_the_nearest_one():
    assert _error("learner {\n  lerning_rate: 0.1\n}") == _dedent("""
        e.textproto:2:3: learner.lerning_rate: Learner has no field "lerning_rate"; did you mean "learning_rate"?
          2 |   lerning_rate: 0.1
            |   ^
    """)


def test_unknown_field_like_no_other_lists_the_fields():
    assert _error("task { image_classifier { xyzzy: 1 } }") == _dedent("""
        e.textproto:1:27: task.image_classifier.xyzzy: ImageClassifier has no field "xyzzy"; its fields are: network, softmax
          1 | task { image_classifier { xyzzy: 1 } }
            |                           ^
    """)


def test_field_of_a_nested_message_type_is_told_with_its_outer_type():
    first_line = _error("learner { schedule { piecewise { value: 1 } } }").splitlines()[0]
    assert first_line == (
        'e.textproto:1:34: learner.schedule.piecewise.value: Schedule.Piecewise has no field "value"; '
        'did you mean "values"?'
    )


# The text, the column (all on line 1), and the message without its position.
_WRONG_VALUES = [
    ("seed: x", 7, "seed: expected a whole number >= 0 (int64), found x"),
    ('seed: "1"', 7, 'seed: expected a whole number >= 0 (int64), found "1"'),
    ("seed: 1.5", 7, "seed: expected a whole number >= 0 (int64), found 1.5"),
    (
        "eval { max_shown_errors: 3000000000 }",
        26,
        "eval.max_shown_errors: expected a whole number >= 0 (int32), found 3000000000",
    ),
    (
        "learner { learning_rate: fast }",
        26,
        "learner.learning_rate: expected a number >= 0, found fast",
    ),
    (
        "learner { ema_decay: true }",
        22,
        "learner.ema_decay: expected a number > 0 and < 1, found true",
    ),
    ("description: LeNet", 14, 'description: expected a string of UTF-8 text, "...", found LeNet'),
    (
        'description: "\\377" seed: 1',
        14,
        'description: expected a string of UTF-8 text, "...", found "\\377"',
    ),
    (
        "task { image_classifier { softmax { bias: yes } } }",
        43,
        "task.image_classifier.softmax.bias: expected true or false, found yes",
    ),
    ("learner: 3", 10, "learner: expected a message { ... } (Learner), found 3"),
    ("seed { }", 6, 'seed: expected ":" after "seed", found "{"'),
    ("seed: { }", 7, "seed: expected a whole number >= 0 (int64), found a message"),
    (
        "seed: [1]",
        7,
        'seed: the field is not repeated: expected a whole number >= 0, found "["',
    ),
    (
        "learner { schedule { piecewise { values: [1, x] } } }",
        46,
        "learner.schedule.piecewise.values[1]: expected a number >= 0, found x",
    ),
    (
        "inputs { key: Train value { image { batch_size: 1 } } }",
        15,
        'inputs: expected a string of UTF-8 text, "...", found Train',
    ),
    (
        'inputs { key: "Train" value { image { batch_size: 1.5 } } }',
        51,
        "inputs.Train.image.batch_size: expected a whole number >= 1 (int32), found 1.5",
    ),
    (
        'inputs { key: "a b" value { image { records { files: 1 } } } }',
        54,
        'inputs["a b"].image.records.files[0]: expected a string of UTF-8 text, "...", found 1',
    ),
]


@pytest.mark.parametrize(("text", "column", "message"), _WRONG_VALUES)
def test_value_of_the_wrong_type(text, column, message):
    caret = " " * (column - 1) + "^"
    assert _error(text) == f"e.textproto:1:{column}: {message}\n  1 | {text}\n    | {caret}"


def test_bad_enum_value_lists_the_values_and_the_nearest():
    text = "task { image_classifier { network { layers { max_pool2d { padding: same } } } } }"
    assert _error(text).splitlines()[0] == (
        "e.textproto:1:68: task.image_classifier.network.layers[0].max_pool2d.padding: "
        'Padding has no value "same"; its values are: SAME, VALID; did you mean "SAME"?'
    )


def test_enum_value_like_no_other_lists_the_values():
    text = "task { image_classifier { network { layers { max_pool2d { padding: X } } } } }"
    assert (
        _error(text)
        .splitlines()[0]
        .endswith('padding: Padding has no value "X"; its values are: SAME, VALID')
    )


_SYNTAX_ERRORS = [
    (
        'description: "a" "\\xyz"',
        '1:18: description: invalid escape sequence in the string: "\\xyz"',
    ),
    ("learner {\n  3: 1", '2:3: learner: expected a field name, found "3"'),
    ("}", '1:1: experiment: expected a field name, found "}"'),
    ("seed: }", '1:7: seed: expected a whole number >= 0, found "}"'),
    ("seed:", "1:6: seed: expected a whole number >= 0, found the end of the text"),
    ("seed 3", '1:6: seed: expected ":" after "seed", found "3"'),
    ("learner )", '1:9: learner: expected a message { ... } (Learner), found ")"'),
    (
        "train {\n  max_steps: 1\n",
        '3:1: train: expected "}" to close the message opened at e.textproto:1:7, '
        "found the end of the text",
    ),
    (
        "train < max_steps: 1 }",
        '1:22: train: expected a field name, found "}"',
    ),
    (
        "learner { schedule { piecewise { values: [1 2] } } }",
        '1:45: learner.schedule.piecewise.values: expected "," or "]" in the list, found "2"',
    ),
    ('description: "a\nseed: 1', '1:14: description: the string has no closing quote: "a'),
    ('description: "\\xyz"', '1:14: description: invalid escape sequence in the string: "\\xyz"'),
    (
        "[my.extension]: 1",
        "1:1: experiment: expected a field name; a name in [ ] is only for google.protobuf.Any, "
        'found "["',
    ),
    (
        "inputs { value { } }",
        '1:1: inputs: the map entry has no key; write { key: "NAME" value { ... } }',
    ),
]


@pytest.mark.parametrize(("text", "expected"), _SYNTAX_ERRORS)
def test_syntax_errors(text, expected):
    assert _error(text).splitlines()[0] == f"e.textproto:{expected}"


def test_field_written_twice():
    assert _error("seed: 1\ndescription: ''\nseed: 2") == _dedent("""
        e.textproto:3:1: seed: written twice; the first is at e.textproto:1:1; keep one
          3 | seed: 2
            | ^
    """)


def test_message_and_map_entry_written_twice():
    assert _error("train {}\ntrain {}").splitlines()[0] == (
        "e.textproto:2:1: train: written twice; the first is at e.textproto:1:1; keep one"
    )
    entry = 'inputs { key: "Train" value {} }'
    assert _error(f"{entry}\n{entry}").splitlines()[0] == (
        "e.textproto:2:1: inputs.Train: written twice; the first is at e.textproto:1:23; keep one"
    )


def test_two_members_of_a_oneof():
    assert _error("learner {\n  clip_value: 1\n  clip_global_norm: 1\n}") == _dedent("""
        e.textproto:3:3: learner.clip_global_norm: "clip_global_norm" and "clip_value" exclude each other (oneof "clipping"); "clip_value" is at e.textproto:2:3; keep one
          3 |   clip_global_norm: 1
            |   ^
    """)


def test_custom_message_is_read_with_the_places_of_its_fields():
    document = _read("task {\n custom {\n  [type.googleapis.com/frazo.Dropout] { rate: 0.5 } } }")
    packed = dropout_pb2.Dropout()
    assert document.message.task.custom.Unpack(packed)
    assert packed.rate == 0.5
    rate = document.location.nearest("task", "custom", "rate")
    assert (rate.name.line, rate.name.column) == (3, 41)


def test_custom_message_of_an_unknown_type_names_the_nearest_registered(monkeypatch):
    monkeypatch.setattr(registry, "_bound_classes", {"my.Dropout": object})
    text = "task { custom { [type.googleapis.com/my.Dropuot] { } } }"
    assert _error(text).splitlines()[0] == (
        'e.textproto:1:17: task.custom: the message type "my.Dropuot" is unknown; import the Python '
        "module generated from the .proto file that defines it, or correct the name: "
        'did you mean "my.Dropout"?'
    )


_CUSTOM_ERRORS = [
    (
        "[frazo.Dropout] { }",
        "expected a type such as [type.googleapis.com/my.Type], found [frazo.Dropout",
    ),
    ('type_url: "a"', 'expected [type.googleapis.com/my.Type] { ... }, found "type_url"'),
    (
        "[type.googleapis.com/frazo.Dropout] 3",
        'expected "{" after [type.googleapis.com/frazo.Dropout], found "3"',
    ),
]


@pytest.mark.parametrize(("text", "expected"), _CUSTOM_ERRORS)
def test_custom_message_in_a_wrong_form(text, expected):
    first_line = _error(f"task {{ custom {{ {text} }} }}").splitlines()[0]
    assert first_line.partition(" task.custom: ")[2] == expected


def test_one_any_holds_one_message():
    one = "[type.googleapis.com/frazo.Dropout] { }"
    assert _error(f"task {{ custom {{ {one}\n{one} }} }}").splitlines()[0] == (
        "e.textproto:2:1: task.custom: it can hold only one message; "
        "the first is at e.textproto:1:17"
    )


def test_nesting_without_end_is_an_error_and_not_a_crash():
    inner = "[type.googleapis.com/frazo.Task] { custom {"
    text = "task { custom {" + inner * 200
    assert _error(text).splitlines()[0].endswith("custom: nested more than 100 messages deep")


@given(st.text(alphabet="ab_:{}[]<>\"'#\n ,;.-3\\/", max_size=30))
@settings(max_examples=300)
def test_any_text_is_read_or_refused_with_a_place(text):
    text = f"learner {{ {text}"
    try:
        _read(text)
    except ConfigError as error:
        assert str(error).startswith("e.textproto:")


def test_a_long_line_is_shown_around_the_caret():
    text = "# " + "x" * 200 + "\n" + " " * 150 + "seed: x" + " " * 150
    line, excerpt, caret = _error(text).splitlines()
    assert line.startswith("e.textproto:2:157: seed: ")
    assert len(excerpt) < 130
    assert excerpt[caret.index("^")] == "x"


def test_the_caret_stands_right_behind_tabs():
    assert _error("\tseed:\tx").splitlines()[1:] == ["  1 | \tseed:\tx", "    | \t     \t^"]


def test_the_parser_agrees_with_the_scan_about_an_example():
    text = "seed: 3, train <max_steps: 0x10; save_interval_steps: 010> description: \"a\" 'b'"
    assert _read(text).message == text_format.Parse(
        "seed: 3 train { max_steps: 16 save_interval_steps: 8 } description: 'ab'",
        experiment_pb2.Experiment(),
    )
