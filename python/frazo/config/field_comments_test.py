"""Tests that the build's file of comments is there and fits the vocabulary."""

from frazo.config import documentation


def test_a_field_has_the_comment_of_its_proto_file():
    assert documentation.meaning("frazo.TrainLoop.max_steps").startswith("Steps in all.")


def test_a_field_of_a_nested_message_has_its_comment():
    comment = documentation.meaning("frazo.Schedule.LinearRampup.start")
    assert comment.startswith("Factor at step 0.")


def test_a_file_and_a_method_of_a_service_have_their_comments():
    texts = documentation.comments()
    assert texts["frazo/proto/coordination.proto"].startswith(" What the members of a run tell")
    assert "asks to train" in texts["frazo.Coordination.JoinGeneration"]
