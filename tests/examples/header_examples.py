"""Writes C++ files that hold the examples of headers, so that a test compiles them.

An example is a block of a header's comment whose lines are indented by three blanks.
"""

import argparse
import pathlib
import re
import sys
from collections.abc import Sequence
from typing import NamedTuple

_INDENT = "//   "


class Frame(NamedTuple):
    """What an example takes for granted.

    Attributes:
      parameters: The variables that it uses. Without them it stands at namespace scope.
      declarations: What stands before it.
      result: The type of what it returns.
    """

    parameters: str | None = ""
    declarations: str = ""
    result: str = "absl::Status"


FRAMES = {
    "core/batch/batcher.h": Frame(
        "Batcher* batcher, const std::vector<process::Example>& examples, sources::RecordId id"
    ),
    "core/decode/search.h": Frame(
        "const frazo::Search& config, const SearchInputs& inputs, int state, ParallelRows& workers",
        "int Gather(int state, absl::Span<const int32_t> parents);\n"
        "StepScores model(absl::Span<const int32_t> tokens, int* state);",
        "absl::StatusOr<SearchResults>",
    ),
    "core/pipeline/pipeline.h": Frame("const frazo::Pipeline& config"),
    "core/process/step_registry.h": Frame(
        None, "namespace my_project { using Reverse = frazo::Step::Drop; }"
    ),
    "core/records/record_file_formats.h": Frame(None),
    "core/records/record_reader.h": Frame("const std::string& path"),
    "core/records/record_writer.h": Frame(
        "const std::string& path, const std::vector<std::string>& examples"
    ),
    "core/records/sharded_record_writer.h": Frame("const std::vector<std::string>& examples"),
    "core/sources/record_stream.h": Frame(
        "const RecordSource& source, const RecordStream::Options& options"
    ),
    "core/status/status_matchers.h": Frame(
        "records::RecordWriter& writer, records::RecordReader& reader, const std::string& path",
        "using ::testing::HasSubstr;\nusing bytes::FileCrc32c;",
    ),
    "core/text/tokenizer.h": Frame("const frazo::Tokenizer& config"),
}

# These show a format, and environment variables.
NO_EXAMPLES = frozenset(
    [
        "core/process/tf_example_scan.h",
        "core/testing/test_variation.h",
    ]
)

_FILE = """\
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/status/status_macros.h"
#include "{header}"
{includes}

{body}
"""

_FUNCTION = """\
namespace frazo::{room} {{
template <typename T>
void Use(T&& value);
{declarations}

{result} {name}_example({parameters}) {{
{example}
{end}}}
}}  // namespace frazo::{room}
"""


def example(text: str) -> str:
    """Returns the first example in a header; empty if there is none."""
    block = re.search(rf"(?:^{_INDENT}.*\n)+", text, re.MULTILINE)
    if block is None or ";" not in block[0]:
        return ""
    return block[0].replace(_INDENT, "")


def source(header: str, text: str, includes: Sequence[str]) -> str:
    """Returns a C++ file with the example of a header.

    Args:
      header: Its path.
      text: Its content.
      includes: Further headers that the example needs.
    """
    frame = FRAMES[header]
    found = example(text)
    if not found:
        raise ValueError(f"{header}: there is no example; remove it from FRAMES")
    lines = "".join(f'#include "{include}"\n' for include in includes)
    if frame.parameters is None:
        return _FILE.format(header=header, includes=lines, body=f"{frame.declarations}\n{found}")
    function = _FUNCTION.format(
        room=header.split("/")[1],
        name=pathlib.Path(header).stem,
        declarations=frame.declarations,
        result=frame.result,
        parameters=frame.parameters,
        example=found,
        end="" if "return" in found else "return absl::OkStatus();\n",
    )
    return _FILE.format(header=header, includes=lines, body=function)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("header", type=pathlib.Path)
    parser.add_argument("--include", action="append", default=[])
    options = parser.parse_args()
    text = options.header.read_text(encoding="utf-8")
    sys.stdout.write(source(str(options.header), text, options.include))
    return 0


if __name__ == "__main__":
    sys.exit(main())
