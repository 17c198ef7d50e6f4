import pathlib

import pytest
from header_examples import FRAMES, NO_EXAMPLES, example, source

CHECKOUT = pathlib.Path("WORKSPACE").resolve().parent


def test_an_example_is_the_first_block_that_is_indented():
    assert example("// Reads.\n//\n//   Open(path);\n//     .Read();\n//\n// More.\n") == (
        "Open(path);\n  .Read();\n"
    )
    assert example("// Reads.\n//\n//   1  2  3\n") == ""
    assert example("// Reads.\n") == ""


def test_an_example_stands_in_a_function_of_its_room():
    made = source("core/records/record_reader.h", "//   Use(path);\n", ["core/more.h"])
    assert '#include "core/records/record_reader.h"\n#include "core/more.h"\n' in made
    assert "namespace frazo::records {" in made
    assert "(const std::string& path) {\nUse(path);\n\nreturn absl::OkStatus();\n}" in made


def test_a_header_without_its_example_is_an_error():
    with pytest.raises(ValueError, match=r"core/records/record_reader\.h: there is no example"):
        source("core/records/record_reader.h", "// Reads.\n", [])


def test_the_example_of_every_header_is_compiled():
    headers = {
        str(path.relative_to(CHECKOUT))
        for path in (CHECKOUT / "core").rglob("*.h")
        if example(path.read_text(encoding="utf-8"))
    }
    assert headers == FRAMES.keys() | NO_EXAMPLES
