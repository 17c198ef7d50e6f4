"""Tests of the words for what a field may hold, and of its bounds."""

import struct

import pytest

from frazo.config import vocabulary
from frazo.proto import conv_pb2, field_rules_pb2, learner_pb2, schedule_pb2, train_loop_pb2

_RATE = learner_pb2.Learner.DESCRIPTOR.fields_by_name["learning_rate"]  # float
_HOURS = train_loop_pb2.TrainLoop.DESCRIPTOR.fields_by_name["keep_every_hours"]  # double
_FILTERS = conv_pb2.Conv2d.DESCRIPTOR.fields_by_name["filters"]  # int32

_FLOAT32_TENTH = struct.unpack("<f", struct.pack("<f", 0.1))[0]


def test_bounds_are_rounded_as_the_field_rounds_its_values():
    rules = field_rules_pb2.FieldRules(max=0.1)
    assert vocabulary.within_rules(rules, _RATE, _FLOAT32_TENTH)
    # A double can hold the difference, 1.5e-9.
    assert not vocabulary.within_rules(rules, _HOURS, _FLOAT32_TENTH)


# Rules, and the legal and illegal values nearest to the bound.
_BOUNDS = [
    ({"min": 2}, 2, 1),
    ({"max": 2}, 2, 3),
    ({"above": 2}, 3, 2),
    ({"below": 2}, 1, 2),
]


@pytest.mark.parametrize(("rules", "legal", "illegal"), _BOUNDS)
def test_bounds_with_and_without_equality(rules, legal, illegal):
    rules = field_rules_pb2.FieldRules(**rules)
    assert vocabulary.within_rules(rules, _FILTERS, legal)
    assert not vocabulary.within_rules(rules, _FILTERS, illegal)
    assert not vocabulary.within_rules(rules, _RATE, float("nan"))


_WORDS = [
    ({}, "a whole number"),
    ({"min": 1}, "a whole number >= 1"),
    ({"min": 1, "max": 4}, "a whole number from 1 to 4"),
    ({"above": 0, "below": 0.5}, "a whole number > 0 and < 0.5"),
]


@pytest.mark.parametrize(("rules", "words"), _WORDS)
def test_bounds_in_words(rules, words):
    assert vocabulary.expected(_FILTERS, field_rules_pb2.FieldRules(**rules)) == words


def test_nested_types_are_named_with_the_outer_one_and_without_package():
    assert vocabulary.type_name(schedule_pb2.Schedule.Piecewise.DESCRIPTOR) == "Schedule.Piecewise"


def test_a_float_is_written_with_the_digits_it_was_given():
    assert vocabulary.value_text(_RATE, _FLOAT32_TENTH) == "0.1"
