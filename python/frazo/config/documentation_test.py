"""Tests of finding the comment of a field."""

import pytest
from google.protobuf import descriptor_pb2, text_format

from frazo.config import documentation

# Source paths: 4 is message_type, 3 nested_type, 2 field, each followed by an index.
_DESCRIPTORS = """
file { package: "other" message_type { name: "Outer" field { name: "a" } } }
file {
  package: "my"
  message_type { name: "First" field { name: "a" } }
  message_type {
    name: "Outer"
    field { name: "a" }
    field { name: "b" }
    nested_type { name: "Inner" field { name: "c" } }
  }
  source_code_info {
    location { path: [4, 1] leading_comments: " The message.\\n" }
    location { path: [4, 1, 2, 0] leading_comments: " Two\\n lines.\\n" }
    location { path: [4, 1, 2, 1] }
    location { path: [4, 1, 3, 0, 2, 0] leading_comments: " Inside.\\n" }
  }
}
"""


@pytest.fixture
def _descriptors(tmp_path, monkeypatch):
    file_set = text_format.Parse(_DESCRIPTORS, descriptor_pb2.FileDescriptorSet())
    path = tmp_path / "comments.binpb"
    path.write_bytes(file_set.SerializeToString())
    monkeypatch.setattr(documentation, "COMMENTS_FILE", path)


@pytest.mark.usefixtures("_descriptors")
@pytest.mark.parametrize(
    ("field_name", "comment"),
    [
        ("my.Outer.a", "Two lines."),
        ("my.Outer.Inner.c", "Inside."),
        ("my.Outer.b", None),
        ("my.First.a", None),
        ("my.Outer.unknown", None),
        ("my.Unknown.a", None),
        ("other.Outer.a", None),
        ("elsewhere.Outer.a", None),
    ],
)
def test_comment_of_a_field(field_name, comment):
    assert documentation.meaning(field_name) == comment


def test_without_the_file_there_are_no_comments(tmp_path, monkeypatch):
    monkeypatch.setattr(documentation, "COMMENTS_FILE", tmp_path / "none")
    assert documentation.meaning("frazo.TrainLoop.max_steps") is None
