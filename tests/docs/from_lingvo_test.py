"""What docs/from_lingvo.md names of Frazo is there."""

import re
from pathlib import Path

import pytest
from frazo.config import list_models
from frazo.jobs.flags import parse_flags
from frazo.proto import experiment_pb2

PAGE = Path("docs/from_lingvo.md").read_text(encoding="utf-8")
_CODE = re.compile(r"`([^`]+)`")
_FIELD = re.compile(r"[a-z0-9_]+(\.([a-z0-9_]+|NAME))+")
_MODEL = re.compile(r"[a-z0-9_]+\.[a-z0-9_]+\.[A-Z]\w*")
_FILE = re.compile(r".*\.(txt|jsonl|pickle)")


def rows(section=None):
    """The cells of the tables' rows; of one section, or of all."""
    text = PAGE if section is None else PAGE.split(f"\n## {section}\n")[1].split("\n## ")[0]
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def ours(section=None):
    """The names in the right cells, and in the left ones if they are the same here."""
    names = []
    for theirs, *cells in rows(section):
        right = " | ".join(cells)
        names += _CODE.findall(f"{theirs} {right}" if right.startswith("the same") else right)
    return names


@pytest.fixture(scope="module")
def flags():
    with pytest.MonkeyPatch.context() as patch:
        printed = []
        patch.setattr(
            "argparse.ArgumentParser._print_message", lambda _, text, __: printed.append(text)
        )
        with pytest.raises(SystemExit):
            parse_flags(["--help"])
    return set(re.findall(r"^  (--\w+)", "".join(printed), re.MULTILINE))


def test_flags_are_those_of_the_trainer(flags):
    named = {name.split("=")[0] for name in ours() if name.startswith("--")}
    assert len(named) > 5
    assert named <= flags


def test_fields_are_those_of_an_experiment():
    roots = experiment_pb2.Experiment.DESCRIPTOR.fields_by_name
    paths = [name for name in ours() if _FIELD.fullmatch(name) and not _FILE.fullmatch(name)]
    checked = 0
    for path in paths:
        if path.split(".")[0] not in roots:
            continue
        message = experiment_pb2.Experiment.DESCRIPTOR
        for step in path.replace(".NAME", "").split("."):
            assert step in message.fields_by_name, f"{path}: {message.name} has no field '{step}'"
            field = message.fields_by_name[step]
            message = field.message_type
            if message is not None and message.GetOptions().map_entry:
                message = message.fields_by_name["value"].message_type
        checked += 1
    assert checked > 20


def test_models_are_known():
    named = {name for name in ours() if _MODEL.fullmatch(name)}
    assert named
    assert named <= {name for name, _ in list_models()}


def test_layers_have_a_section_in_their_page():
    sections = set(re.findall(r"^## (\w+)$", Path("docs/layers.md").read_text(), re.MULTILINE))
    named = {name for name in ours("Layers") if re.fullmatch(r"[A-Z]\w+", name)}
    assert len(named) > 20
    assert named <= sections


def test_tools_are_targets():
    targets = set(re.findall(r'name = "(\w+)"', Path("tools/BUILD").read_text()))
    named = {name.removeprefix("//tools:") for name in ours() if name.startswith("//tools:")}
    assert named
    assert named <= targets
