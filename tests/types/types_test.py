"""The types of the Python sources fit together, as pyright sees it.

pyproject.toml says which files it reads, and which rules are left out.
"""

import json
import pathlib
import shutil
import subprocess
import sys

import pytest

# Runfiles are links into the source tree; the tools lie in their own repository beside it.
RUNFILES = pathlib.Path.cwd()
TREE = (RUNFILES / "WORKSPACE").resolve().parent
NODE = RUNFILES.parent / "frazo_node" / "bin" / "node"
PYRIGHT = RUNFILES.parent / "frazo_node" / "pyright" / "index.js"

# What pyright needs to see, by git's wildcards.
COPIED = ("pyproject.toml", "tests/types/stubs", "python/*.py", "tools/*.py")

# What the build generates: messages and the C++ module.
GENERATED = (
    "python/frazo/proto/*.pyi",
    "python/frazo/proto/*_pb2_grpc.py",
    "python/frazo/_core.pyi",
    "tools/frazo_tools/detection/waymo/*.pyi",
)

# gRPC's compiler makes no stubs.
SERVICES_FILE = "python/frazo/proto/coordination_pb2_grpc.pyi"
ANY_MODULE = """from typing import Any

def __getattr__(name: str) -> Any: ...
"""

# Proves that the messages' types are known: without them the field would be of any type.
PLANTED_FILE = "python/frazo/config/planted_error.py"
PLANTED_ERROR = """from frazo import _core
from frazo.proto import search_pb2

search: int = search_pb2.Search().max_length
name: str = search_pb2.Search().max_length
reader: int = _core.RecordWriter
"""


@pytest.fixture(name="errors", scope="module")
def _errors(tmp_path_factory) -> list[tuple[str, int, str]]:
    """(file, line, message) for each error in a copy of the sources with the generated stubs beside
    them.
    """
    copy = tmp_path_factory.mktemp("tree")
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *COPIED],
        cwd=TREE,
        check=True,
        capture_output=True,
        text=True,
    )
    sources = [TREE / name for name in listed.stdout.splitlines() if not name.endswith("_test.py")]
    copies = [(file, file.relative_to(TREE)) for file in sources if file.exists()]
    for pattern in GENERATED:
        files = list(RUNFILES.glob(pattern))
        assert files, pattern
        copies += [(file, file.relative_to(RUNFILES)) for file in files]
    for file, name in copies:
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, copy / name)
    (copy / PLANTED_FILE).write_text(PLANTED_ERROR)
    (copy / SERVICES_FILE).write_text(ANY_MODULE)
    command = [NODE, PYRIGHT, "--project", copy, "--pythonpath", sys.executable, "--outputjson"]
    ran = subprocess.run(command, capture_output=True, text=True)
    assert ran.stdout, ran.stderr
    return [
        (
            str(pathlib.Path(found["file"]).relative_to(copy)),
            found["range"]["start"]["line"] + 1,
            found["message"],
        )
        for found in json.loads(ran.stdout)["generalDiagnostics"]
    ]


def test_no_file_has_a_type_error(errors):
    told = [f"{file}:{line}: {text}" for file, line, text in errors if file != PLANTED_FILE]
    if told:
        pytest.fail("\n".join(told), pytrace=False)


def test_types_of_generated_code_are_known(errors):
    # Lines 5 and 6 give what they declare the type of something else; line 4 does not.
    assert [line for file, line, _ in errors if file == PLANTED_FILE] == [5, 6]
