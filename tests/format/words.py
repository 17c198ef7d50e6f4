"""Finds comments without a subject and docstrings that are too wide."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator

MOST_COLUMNS = 100

# "Of this record." is not a sentence: it must say what is of the record.
_NO_SUBJECT = "a comment or docstring begins with 'Of'; write a sentence with a subject"
_TOO_WIDE = f"the docstring has more than {MOST_COLUMNS} columns"

# A command stays on one line, so that it can be copied.
_COMMAND = "./bazelw "


def python_faults(text: str) -> Iterator[tuple[int, str]]:
    """Yields the line and the fault of comments and docstrings."""
    lines = text.splitlines()
    for docstring in _docstrings(ast.parse(text)):
        if docstring.value.lstrip().startswith("Of "):
            yield docstring.lineno, _NO_SUBJECT
        for number in range(docstring.lineno, docstring.end_lineno + 1):
            line = lines[number - 1]
            if len(line) > MOST_COLUMNS and _COMMAND not in line:
                yield number, _TOO_WIDE
    last_line = None
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            is_first = token.start[0] - 1 != last_line
            if is_first and token.string.startswith("# Of "):
                yield token.start[0], _NO_SUBJECT
            last_line = token.start[0]


def cpp_faults(text: str) -> Iterator[tuple[int, str]]:
    """Yields the line and the fault of comments of C++ and of .proto files."""
    was_comment = False
    for number, line in enumerate(text.splitlines(), 1):
        comment = re.fullmatch(r"\s*//\s?(.*)", line)
        if (comment and not was_comment and comment[1].startswith("Of ")) or (
            not comment and "  // Of " in line
        ):
            yield number, _NO_SUBJECT
        was_comment = comment is not None


def _docstrings(tree: ast.Module) -> Iterator[ast.Constant]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and node.body:
            first = node.body[0]
            if (
                isinstance(first, ast.Expr)
                and isinstance(first.value, ast.Constant)
                and isinstance(first.value.value, str)
            ):
                yield first.value
