"""The functions of a source file: how many lines each has, and how many parameters."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple


class Function(NamedTuple):
    """One function.

    Attributes:
      name: its name in Python; in C++ what stands before its parameters.
      line: the first line of its signature, from 1.
      lines: from there to its last line, both included.
      parameters: how many it takes, keyword-only ones included, `self` and `cls` not.
    """

    name: str
    line: int
    lines: int
    parameters: int


def python_functions(text: str) -> Iterator[Function]:
    """The functions and methods of a Python file; one within another counts for both."""
    for scope in ast.walk(ast.parse(text)):
        for node in ast.iter_child_nodes(scope):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                bound = isinstance(scope, ast.ClassDef) and not _is_static(node)
                yield Function(node.name, node.lineno, lines, _python_parameters(node.args) - bound)


def _is_static(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any(isinstance(d, ast.Name) and d.id == "staticmethod" for d in node.decorator_list)


def _python_parameters(arguments: ast.arguments) -> int:
    named = len(arguments.posonlyargs) + len(arguments.args) + len(arguments.kwonlyargs)
    return named + (arguments.vararg is not None) + (arguments.kwarg is not None)


# What the scanner of C++ must not look into. A raw string's end repeats its delimiter.
_OPAQUE = re.compile(
    r"""//[^\n]* | /\*.*?\*/ | R"(?P<delimiter>[^(\s]*)\(.*?\)(?P=delimiter)" | "(?:\\.|[^"\\\n])*"
    | (?<![0-9A-Fa-f])'(?:\\.|[^'\\\n])*' | ^[ \t]*\#(?:[^\n]*\\\n)*[^\n]*""",
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)

_TYPE_OR_NAMESPACE = re.compile(
    r"\s*(template\s*<.*>\s*)?(inline\s+)?(namespace|class|struct|union|enum|extern\s+$)\b",
    re.DOTALL,
)
_OPERATOR = re.compile(r"operator\s*(\(\)|[^\s\w(]+)")

# What has parentheses in a signature beside its parameters.
_ATTRIBUTES = re.compile(
    r"__attribute__\(\(.*?\)\)\)?|alignas\(.*?\)|noexcept\(.*?\)|decltype\(.*?\)"
)


def cpp_functions(text: str) -> Iterator[Function]:
    """The functions that a C++ file defines, tests included.

    This is not a parser. It relies on clang-format, which puts a space before the brace of a body
    and none before the brace of an initializer.

    Args:
      text: the file, formatted.

    Yields:
      Each function whose body stands in a namespace or a class. A lambda belongs to the function
      around it.

    Raises:
      ValueError: names the line that it does not understand.
    """
    code = _OPAQUE.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)
    head_start = 0  # The statement or signature that is being read.
    scopes = 0  # Namespaces and classes that are open.
    position = 0
    while position < len(code):
        character = code[position]
        if character == "{":
            head, end = code[head_start:position], _closing_brace(code, position)
            if _is_scope(head):
                scopes += 1
                head_start = position + 1
            elif _is_signature(head):
                yield _cpp_function(code, head_start, position, end)
                position, head_start = end, end + 1
            elif head[-1:].isspace() and code[end + 1 :].lstrip()[:1] not in tuple(",;)("):
                line = code.count("\n", 0, position) + 1
                raise ValueError(f"line {line}: this brace opens neither a body nor an initializer")
            else:
                position = end
        elif character in ";}":
            scopes -= character == "}"
            if scopes < 0:
                line = code.count("\n", 0, position) + 1
                raise ValueError(f"line {line}: this brace closes nothing")
            head_start = position + 1
        elif character == ":" and re.search(
            r"\b(public|private|protected)$", code[max(0, position - 9) : position]
        ):
            head_start = position + 1
        position += 1


def _is_scope(head: str) -> bool:
    """Whether a brace after this opens a namespace or a type, and not a function that gives a
    struct.
    """
    flat = _without_brackets(head)
    return bool(_TYPE_OR_NAMESPACE.match(head)) and "=" not in flat and "(" not in flat


def _closing_brace(code: str, opening: int) -> int:
    depth = 0
    for match in re.compile(r"[{}]").finditer(code, opening):
        depth += 1 if match.group() == "{" else -1
        if depth == 0:
            return match.start()
    line = code.count("\n", 0, opening) + 1
    raise ValueError(f"line {line}: this brace is not closed")


def _is_signature(head: str) -> bool:
    """Whether a brace after this opens a body, and not an initializer or a lambda in an
    expression.
    """
    flat = _without_brackets(head)
    return head[-1:].isspace() and "()" in flat and "=" not in flat and not flat.endswith("(")


def _without_brackets(code: str) -> str:
    """The code without what stands in brackets, and without operators: `f(x) -> y<z>` becomes `f()
    -> y`.
    """
    code = _OPERATOR.sub("operator", _ATTRIBUTES.sub("", code))
    kept, depth = [], 0
    for character in code:
        depth -= character in ")]}"
        if depth == 0:
            kept.append(character)
        depth += character in "([{"
    flat, previous = "".join(kept).replace("->", ""), None
    while flat != previous:
        flat, previous = re.sub(r"<[^<>]*>", "", flat), flat
    return flat if depth == 0 else flat + "("


def _cpp_function(code: str, head_start: int, body_start: int, end: int) -> Function:
    head = _ATTRIBUTES.sub(lambda match: " " * len(match.group()), code[head_start:body_start])
    leading = len(head) - len(head.lstrip())
    line = code.count("\n", 0, head_start + leading) + 1
    lines = code.count("\n", head_start + leading, end) + 1
    opening = re.search(r"(?:[^(]*operator\(\))?[^(]*(\()", head)
    assert opening is not None
    name = head[: opening.start(1)].split()[-1].lstrip("*&")
    return Function(name, line, lines, _cpp_parameters(head[opening.start(1) :]))


def _cpp_parameters(tail: str) -> int:
    """The number of parameters in a text that begins with their opening bracket."""
    depth = 0
    for end, character in enumerate(tail):
        depth += (character == "(") - (character == ")")
        if depth == 0:
            parameters = _without_brackets(tail[1:end]).strip()
            return parameters.count(",") + 1 if parameters else 0
    raise ValueError(f"a bracket is not closed: {tail}")
