"""Field paths, as errors write them and as --set reads them.

A path is field names joined by dots. An element of a repeated field follows as `[index]` or
`.name`, the entry of a map as `.key`, or `["key"]` if the key has characters other than letters,
digits, underscores and hyphens. The message in a google.protobuf.Any is not a separate step:
`layers[0].custom.width`.
"""

import re
from dataclasses import dataclass

from google.protobuf.text_encoding import CEscape, CUnescape

Key = str | int

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_STEP = re.compile(
    r"""\.?(?P<name>[A-Za-z0-9_-]+) | \[(?P<index>[0-9]+)\] | \["(?P<key>(?:[^"\\]|\\.)*)"\]""",
    re.VERBOSE,
)


@dataclass(frozen=True)
class Step:
    """One step of a path. `column` is the column of its text in the path, from 1."""

    key: Key
    column: int


class PathError(ValueError):
    """A path that cannot be read."""

    def __init__(self, column: int, problem: str):
        super().__init__(problem)
        self.column = column


def join(path: str, key: Key) -> str:
    """Returns the path of a field, element (int key) or map entry within `path`."""
    if isinstance(key, int):
        return f"{path}[{key}]"
    if not _BARE_KEY.fullmatch(key):
        return f'{path}["{CEscape(key, as_utf8=True)}"]'
    return f"{path}.{key}" if path else key


def split_assignment(assignment: str) -> tuple[list[Step], int]:
    """Splits `path=value` into the steps of the path and the position where the value begins.

    Raises:
      PathError: The path cannot be read.
    """
    steps: list[Step] = []
    position = 0
    while not assignment.startswith("=", position) or not steps:
        match = _STEP.match(assignment, position)
        # A dot separates steps; only the first has no dot before it.
        if match is None or (bool(steps) != match.group().startswith((".", "["))):
            raise PathError(position + 1, _path_problem(assignment, position))
        try:
            steps.append(_step(match))
        except ValueError:
            raise PathError(position + 1, f"invalid escape sequence in {match.group()}") from None
        position = match.end()
    return steps, position + 1


def _step(match: re.Match[str]) -> Step:
    if match["name"] is not None:
        return Step(match["name"], match.start("name") + 1)
    if match["index"] is not None:
        return Step(int(match["index"]), match.start() + 1)
    return Step(CUnescape(match["key"]).decode("utf-8"), match.start() + 1)


def _path_problem(assignment: str, position: int) -> str:
    found = f'"{assignment[position]}"' if position < len(assignment) else "the end"
    return f"expected path=value, such as learner.learning_rate=0.01; found {found}"
