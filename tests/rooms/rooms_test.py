"""No room depends on a room above its own."""

import pathlib
import subprocess

import pytest

from tests.rooms import rooms

# Runfiles are links into the source tree.
TREE = pathlib.Path("WORKSPACE").resolve().parent


def tree_files(*patterns: str) -> list[str]:
    """Files that git tracks or would track, without those of other workspaces."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns]
    listed = subprocess.run(command, cwd=TREE, check=True, capture_output=True, text=True)
    files = [name for name in listed.stdout.splitlines() if (TREE / name).exists()]
    assert files
    others = tuple(
        f"{workspace.parent.relative_to(TREE)}/" for workspace in TREE.glob("tests/*/WORKSPACE")
    )
    return [name for name in files if not name.startswith(others)]


def assert_no_complaint(arrows: list[rooms.Arrow]) -> None:
    assert arrows
    complaints = rooms.complaints(arrows)
    if complaints:
        pytest.fail("\n".join(complaints), pytrace=False)


def test_no_target_depends_on_a_room_above():
    arrows = []
    for name in tree_files("*BUILD"):
        package = name.removesuffix("BUILD").removesuffix("/")
        arrows += rooms.build_file_arrows(package, (TREE / name).read_text(encoding="utf-8"))
    assert_no_complaint(arrows)


def test_no_python_file_imports_from_a_room_above():
    arrows = [arrow for name in tree_files("*.py") for arrow in rooms.python_arrows(TREE, name)]
    assert_no_complaint(arrows)


def test_no_cpp_file_includes_from_a_room_above():
    files = tree_files("*.h", "*.cc")
    arrows = [arrow for name in files for arrow in rooms.include_arrows(TREE, name)]
    assert_no_complaint(arrows)


def test_the_table_names_no_room_that_is_gone():
    assert not [room for floor in rooms.FLOORS for room in floor if not (TREE / room).is_dir()]


BUILD_FILE = """
load("//third_party/rules:cc.bzl", "frazo_cc_library")

package(default_visibility = ["//python/frazo/jobs:__pkg__"])

frazo_cc_library(
    name = "reader",
    srcs = glob(["*.cc"]),
    visibility = ["//tests:__subpackages__"],
    deps = [
        ":format",
        "{}",
    ] + select({{
        "//third_party/platforms:arm": ["//core/status"],
        "//conditions:default": [],
    }}),
)
"""


def build_file_complaints(package: str, label: str) -> list[str]:
    text = BUILD_FILE.format(label).replace("//conditions", "conditions")
    return rooms.complaints(rooms.build_file_arrows(package, text))


def test_labels_downward_are_fine_and_visibility_is_no_dependency():
    assert not build_file_complaints("core/records", "//core/bytes:file_reader")


def test_a_label_within_the_room_is_fine():
    assert not build_file_complaints("core/text/bpe", "//core/text:vocabulary")


def test_a_label_upward_names_both_targets():
    assert build_file_complaints("core/records", "//core/batch") == [
        "//core/records:reader depends on //core/batch: core/batch is above core/records"
    ]


def test_neighbours_on_a_floor_know_nothing_of_each_other():
    assert build_file_complaints("core/records", "//core/text:vocabulary") == [
        "//core/records:reader depends on //core/text:vocabulary: "
        "core/text is on the floor of core/records"
    ]


def test_a_label_in_a_choice_counts():
    text = 'cc_library(name = "x", deps = select({"a": [], "b": ["//core/ops"]}))'
    assert rooms.complaints(rooms.build_file_arrows("core/status", text)) == [
        "//core/status:x depends on //core/ops: core/ops is above core/status"
    ]


def test_a_folder_outside_of_the_table_is_told():
    assert build_file_complaints("core/cellar", "//core/bytes") == [
        "core/cellar belongs to no room; add it to FLOORS in tests/rooms/rooms.py"
    ]


@pytest.mark.parametrize(
    ("line", "module"),
    [
        ("import frazo.jobs.trainer", "frazo.jobs.trainer"),
        ("from frazo.jobs import trainer", "frazo.jobs.trainer"),
        ("from frazo import jobs", "frazo.jobs"),
        ("def f():\n    from frazo.jobs.trainer import main", "frazo.jobs.trainer.main"),
    ],
)
def test_an_import_upward_names_file_and_module(tmp_path, line, module):
    (tmp_path / "python/frazo/jobs").mkdir(parents=True)
    (tmp_path / "python/frazo/layers").mkdir()
    (tmp_path / "python/frazo/layers/linear.py").write_text(line)
    arrows = rooms.python_arrows(tmp_path, "python/frazo/layers/linear.py")
    assert rooms.complaints(arrows) == [
        f"python/frazo/layers/linear.py depends on {module}: "
        "python/frazo/jobs is above python/frazo/layers"
    ]


def test_an_include_upward_names_file_and_header(tmp_path):
    (tmp_path / "core/batch").mkdir(parents=True)
    (tmp_path / "core/bytes").mkdir()
    (tmp_path / "core/batch/batcher.h").touch()
    text = '#include <vector>\n#include "core/batch/batcher.h"\n#include "absl/status/status.h"\n'
    (tmp_path / "core/bytes/file.cc").write_text(text)
    assert rooms.complaints(rooms.include_arrows(tmp_path, "core/bytes/file.cc")) == [
        "core/bytes/file.cc depends on core/batch/batcher.h: core/batch is above core/bytes"
    ]
