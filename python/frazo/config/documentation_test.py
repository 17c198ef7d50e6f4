"""Tests of finding the comments of declarations."""

import pytest
from google.protobuf import descriptor_pb2, text_format

from frazo.config import documentation

# Source paths, each number followed by an index: 4 is message_type and 5 enum_type of a file; 3
# nested_type, 2 field and 4 enum_type of a message; 2 value of an enum.
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
    enum_type { name: "Kind" value { name: "ONE" } value { name: "TWO" } }
  }
  enum_type { name: "Color" value { name: "RED" } }
  source_code_info {
    location { path: [4, 1] leading_comments: " The message.\\n" }
    location { path: [4, 1, 2, 0] leading_comments: " Two\\n lines.\\n" }
    location { path: [4, 1, 2, 1] }
    location { path: [4, 1, 3, 0, 2, 0] leading_comments: " Inside.\\n" }
    location { path: [4, 1, 4, 0] leading_comments: " Of what kind.\\n" }
    location { path: [4, 1, 4, 0, 2, 1] leading_comments: " The second.\\n" }
    location { path: [5, 0, 2, 0] leading_comments: " As blood.\\n" }
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
    ("name", "comment"),
    [
        ("my.Outer", "The message."),
        ("my.Outer.Kind", "Of what kind."),
        ("my.Outer.Kind.ONE", None),
        ("my.Outer.Kind.TWO", "The second."),
        ("my.Color.RED", "As blood."),
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
def test_comment_of_a_declaration(name, comment):
    assert documentation.meaning(name) == comment


@pytest.mark.usefixtures("_descriptors")
def test_comments_keep_their_lines():
    assert documentation.comments()["my.Outer.a"] == " Two\n lines.\n"


def test_without_the_file_there_are_no_comments(tmp_path, monkeypatch):
    monkeypatch.setattr(documentation, "COMMENTS_FILE", tmp_path / "none")
    assert documentation.meaning("frazo.TrainLoop.max_steps") is None
