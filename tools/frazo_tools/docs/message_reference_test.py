"""Each message has its entry in the reference."""

from pathlib import PurePosixPath

import pytest
from frazo.config.documentation import COMMENTS_FILE
from frazo.proto import dropout_pb2
from frazo_tools.docs.message_reference import pages
from frazo_tools.docs.registered_classes import Binding
from google.protobuf import descriptor_pb2


@pytest.fixture(scope="module")
def made():
    descriptor = dropout_pb2.Dropout.DESCRIPTOR
    return pages({descriptor.full_name: Binding(descriptor, "frazo.D", "Drops [batch, dim].")})


def test_each_declaration_of_each_file_has_a_section(made):
    # The files of proto/, as the compiler read them.
    files = descriptor_pb2.FileDescriptorSet.FromString(COMMENTS_FILE.read_bytes()).file
    ours = [file for file in files if file.package == "frazo"]
    assert {PurePosixPath(file.name).stem for file in ours} == set(made)
    for file in ours:
        page = made[PurePosixPath(file.name).stem]
        for declaration in (*file.message_type, *file.enum_type, *file.service):
            assert f"\n## {declaration.name}\n" in page, f"{file.name}: {declaration.name}"


def test_a_message_has_its_class_and_its_fields(made):
    assert "`frazo.D`:\n\n> Drops [batch, dim]." in made["dropout"]
    assert "| `rate` | float | " in made["dropout"]


def test_a_field_links_to_the_page_of_its_type(made):
    assert "| `learner` | [Learner](learner.md#learner) | " in made["experiment"]
    assert "| `inputs` | map from string to [Input](input.md#input) | " in made["experiment"]


def test_a_service_has_its_methods(made):
    assert "| `Leave` | [LeaveRequest](coordination.md#leaverequest) | " in made["coordination"]
