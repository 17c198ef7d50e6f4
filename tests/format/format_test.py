"""Every source file is formatted, and within the size that one concept takes.

./tests/format/fix.sh formats the tree.
"""

import pathlib
import subprocess

import pytest
from frazo.config.config_text import ConfigText
from frazo_tools.config.textproto_format import formatted

from tests.format import functions, words

# Runfiles are links into the source tree; the tools lie in their own repositories beside it.
RUNFILES = pathlib.Path.cwd()
TREE = (RUNFILES / "WORKSPACE").resolve().parent
CLANG_FORMAT = RUNFILES.parent / "frazo_python" / "bin" / "clang-format"
RUFF = RUNFILES.parent / "frazo_python" / "bin" / "ruff"
BUILDIFIER = RUNFILES.parent / "frazo_node" / "bin" / "buildifier"

# Lines; a file that needs more is two concepts. Tests may be longer.
SIZE_BUDGETS = {".h": 300, ".cc": 600, ".py": 500}
TEST_SIZE_BUDGET = 800

# A function that needs more does two things.
LINE_BUDGET = 60
PARAMETER_BUDGET = 6


def source_files(*patterns: str) -> list[str]:
    """Files that git tracks or would track, by git's wildcards."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns]
    listed = subprocess.run(command, cwd=TREE, check=True, capture_output=True, text=True)
    return [name for name in listed.stdout.splitlines() if (TREE / name).exists()]


def complaints(command: list[str | pathlib.Path], files: list[str]) -> str:
    assert files
    ran = subprocess.run([*command, *files], cwd=TREE, capture_output=True, text=True)
    return ran.stdout + ran.stderr if ran.returncode else ""


@pytest.mark.parametrize(
    ("command", "patterns"),
    [
        ([CLANG_FORMAT, "--dry-run", "--Werror"], ["*.h", "*.cc", "*.proto"]),
        ([RUFF, "format", "--check", "--no-cache"], ["*.py"]),
        ([RUFF, "check", "--no-cache"], ["*.py"]),
        ([BUILDIFIER, "-mode=check", "-lint=off"], ["*BUILD", "*WORKSPACE", "*.bzl"]),
    ],
    ids=["clang-format", "ruff-format", "ruff-check", "buildifier"],
)
def test_formatted(command, patterns):
    assert not complaints(command, source_files(*patterns)), "tests/format/fix.sh formats the tree"


def test_textprotos_are_formatted():
    # Golden files have protobuf's own form.
    names = source_files("*.textproto", ":!tests/models/golden", ":!tests/golden_versions")
    texts = {name: (TREE / name).read_text(encoding="utf-8") for name in names}
    assert texts
    assert not [name for name, text in texts.items() if formatted(ConfigText(name, text)) != text]


def test_files_stay_within_their_budget():
    too_long = []
    for name in source_files("*.h", "*.cc", "*.py"):
        path = pathlib.PurePath(name)
        budget = TEST_SIZE_BUDGET if path.stem.endswith("_test") else SIZE_BUDGETS[path.suffix]
        lines = (TREE / name).read_text(encoding="utf-8").count("\n")
        if lines > budget:
            too_long.append(f"{name}: {lines} lines, budget {budget}")
    assert not too_long


def test_functions_stay_within_their_budget():
    too_large = []
    for name in source_files("*.h", "*.cc", "*.py"):
        text = (TREE / name).read_text(encoding="utf-8")
        scan = functions.python_functions if name.endswith(".py") else functions.cpp_functions
        too_large += [
            f"{name}:{function.line}: {function.name} has {function.lines} lines and {function.parameters} parameters"
            for function in scan(text)
            if function.lines > LINE_BUDGET or function.parameters > PARAMETER_BUDGET
        ]
    budget = f"the budget is {LINE_BUDGET} lines and {PARAMETER_BUDGET} parameters"
    assert not too_large, "\n".join([budget, *too_large])


def test_comments_have_subjects_and_docstrings_fit_the_line():
    faults = []
    for name in source_files("*.py"):
        text = (TREE / name).read_text(encoding="utf-8")
        faults += [f"{name}:{line}: {fault}" for line, fault in words.python_faults(text)]
    for name in source_files("proto/*.proto", "*.cc", "*.h"):
        text = (TREE / name).read_text(encoding="utf-8")
        faults += [f"{name}:{line}: {fault}" for line, fault in words.cpp_faults(text)]
    assert not faults


def test_no_file_has_a_name_that_says_nothing():
    vague = {"utils", "util", "common", "helpers", "helper", "misc", "base"}
    assert not [name for name in source_files() if pathlib.PurePath(name).stem in vague]


def test_no_generated_or_binary_file_is_tracked():
    allowed = ("python/frazo/tasks/image/data/", "docs/images/")
    binary = [
        name
        for name in source_files()
        if not name.startswith(allowed) and b"\0" in (TREE / name).read_bytes()[:8192]
    ]
    assert not binary
