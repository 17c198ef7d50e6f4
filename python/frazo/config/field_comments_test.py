"""Tests that the build's file of comments is there and fits the vocabulary."""

from frazo.config import documentation


def test_a_field_has_the_comment_of_its_proto_file():
    assert documentation.meaning("frazo.TrainLoop.max_steps").startswith("Steps in all.")


def test_a_field_of_a_nested_message_has_its_comment():
    comment = documentation.meaning("frazo.Schedule.LinearRampup.start")
    assert comment.startswith("Factor at step 0.")
