"""Tests of laying one document over another."""

import pytest
from google.protobuf import text_format
from hypothesis import given, settings

from frazo.config.config_text import ConfigText
from frazo.config.document import Document, Location
from frazo.config.overlay import overlay
from frazo.config.random_messages import messages
from frazo.config.reader import read
from frazo.proto import experiment_pb2


def _read(text: str, name: str = "e.textproto") -> Document:
    return read(ConfigText(name, text), experiment_pb2.Experiment)


def _document(message) -> Document:
    return _read(text_format.MessageToString(message))


def _overlaid(below: str, above: str) -> Document:
    document = _read(below, "below")
    overlay(document, _read(above, "above"))
    return document


# Below, above, and what both give.
_CASES = {
    "scalars override": ("seed: 1 description: 'a'", "seed: 2", "seed: 2 description: 'a'"),
    "a scalar set to its default overrides": ("seed: 1", "seed: 301", "seed: 301"),
    "messages merge": (
        "train { max_steps: 1 save_interval_steps: 2 }",
        "train { max_steps: 3 }",
        "train { max_steps: 3 save_interval_steps: 2 }",
    ),
    "an empty message is present": ("", "eval {}", "eval {}"),
    "an empty message changes nothing": (
        "eval { start_step: 1 }",
        "eval {}",
        "eval { start_step: 1 }",
    ),
    "repeated fields replace": (
        "learner { schedule { piecewise { values: [1, 2, 3] boundaries: 4 } } }",
        "learner { schedule { piecewise { values: 5 } } }",
        "learner { schedule { piecewise { values: 5 boundaries: 4 } } }",
    ),
    "an empty list empties": (
        "learner { schedule { piecewise { values: [1, 2] boundaries: 4 } } }",
        "learner { schedule { piecewise { values: [] } } }",
        "learner { schedule { piecewise { boundaries: 4 } } }",
    ),
    "repeated messages replace": (
        "task { image_classifier { network { layers { name: 'a' } layers { name: 'b' } } } }",
        "task { image_classifier { network { layers { dropout {} } } } }",
        "task { image_classifier { network { layers { dropout {} } } } }",
    ),
    "map entries merge by key": (
        "inputs { key: 'A' value { image { width: 1 } } } inputs { key: 'B' value {} }",
        "inputs { key: 'A' value { image { height: 2 } } } inputs { key: 'C' value {} }",
        "inputs { key: 'A' value { image { width: 1 height: 2 } } } inputs { key: 'B' value {} } "
        "inputs { key: 'C' value {} }",
    ),
    "another member of a oneof replaces": (
        "learner { clip_value: 1 optimizer { adam { beta1: 0.5 } } }",
        "learner { clip_global_norm: 2 optimizer { sgd {} } }",
        "learner { clip_global_norm: 2 optimizer { sgd {} } }",
    ),
    "the same member of a oneof merges": (
        "learner { optimizer { adam { beta1: 0.5 } } }",
        "learner { optimizer { adam { beta2: 0.5 } } }",
        "learner { optimizer { adam { beta1: 0.5 beta2: 0.5 } } }",
    ),
    "custom messages of one type merge": (
        "task { custom { [type.googleapis.com/frazo.Adam] { beta1: 0.5 } } }",
        "task { custom { [type.googleapis.com/frazo.Adam] { beta2: 0.5 } } }",
        "task { custom { [type.googleapis.com/frazo.Adam] { beta1: 0.5 beta2: 0.5 } } }",
    ),
    "a custom message of another type replaces": (
        "task { custom { [type.googleapis.com/frazo.Adam] { beta1: 0.5 } } }",
        "task { custom { [type.googleapis.com/frazo.Sgd] { } } }",
        "task { custom { [type.googleapis.com/frazo.Sgd] { } } }",
    ),
    "an empty custom message changes nothing": (
        "task { custom { [type.googleapis.com/frazo.Adam] { beta1: 0.5 } } }",
        "task { custom { } }",
        "task { custom { [type.googleapis.com/frazo.Adam] { beta1: 0.5 } } }",
    ),
}


@pytest.mark.parametrize(("below", "above", "both"), _CASES.values(), ids=_CASES)
def test_overlay(below, above, both):
    assert _overlaid(below, above).message == _read(both).message


@settings(max_examples=60)
@given(messages())
def test_an_empty_document_above_or_below_changes_nothing(message):
    document = _document(message)
    overlay(document, _document(experiment_pb2.Experiment()))
    assert document.message == message

    document = _document(experiment_pb2.Experiment())
    overlay(document, _document(message))
    assert document.message == message


@settings(max_examples=60)
@given(messages())
def test_a_document_over_itself_changes_nothing(message):
    document = _document(message)
    overlay(document, _document(message))
    assert document.message == message


@settings(max_examples=60)
@given(messages(), messages())
def test_every_field_has_a_place_and_no_place_is_without_field(below, above):
    document = _document(below)
    overlay(document, _document(above))
    again = _document(document.message)
    assert _paths(document.location) == _paths(again.location)


def _paths(location: Location) -> dict:
    """The tree of keys."""
    return {key: _paths(child) for key, child in location.children.items()}


def test_each_value_keeps_the_place_where_it_was_written():
    location = _overlaid(
        "learner {\n  learning_rate: 1\n  clip_value: 2 }", "\nlearner { clip_value: 3 }"
    ).location
    assert str(location.nearest("learner", "learning_rate").name) == "below:2:3"
    assert str(location.nearest("learner", "clip_value").name) == "above:2:11"
    # A message is where the last file opens it: the one that is being written.
    assert str(location.nearest("learner").name) == "above:2:1"
    assert str(location.name) == "above:1:1"


def test_the_place_of_a_replaced_oneof_member_is_forgotten():
    location = _overlaid("learner { clip_value: 2 }", "learner { clip_global_norm: 3 }").location
    assert list(location.children["learner"].children) == ["clip_global_norm"]
