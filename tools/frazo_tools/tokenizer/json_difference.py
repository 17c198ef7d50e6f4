"""The first place at which two values of JSON differ."""

import json
from collections.abc import Iterable
from typing import NamedTuple

from frazo_tools.tokenizer.components import Json

# Stands for a member that one of the values lacks.
_ABSENT = object()
_LONGEST = 300


class Difference(NamedTuple):
    """A place, and what is there: as JSON, shortened, or `nothing`."""

    path: str
    found: str
    expected: str


def first_difference(found: Json, expected: Json, path: str) -> Difference | None:
    """Returns None if the values are the same.

    Args:
      found: A value.
      expected: Another one.
      path: The path of both.
    """
    if isinstance(found, dict) and isinstance(expected, dict):
        if found.get("type") == expected.get("type"):
            keys = [*found, *(key for key in expected if key not in found)]
            places = [(f"{path}.{key}", key) for key in keys]
            return _first_of(
                (found.get(key, _ABSENT), expected.get(key, _ABSENT), place)
                for place, key in places
            )
    elif isinstance(found, list) and isinstance(expected, list) and len(found) == len(expected):
        return _first_of(
            (one, other, f"{path}[{index}]")
            for index, (one, other) in enumerate(zip(found, expected, strict=True))
        )
    if found == expected and isinstance(found, bool) == isinstance(expected, bool):
        return None
    return Difference(path, _shown(found), _shown(expected))


def _first_of(pairs: Iterable[tuple[Json, Json, str]]) -> Difference | None:
    for found, expected, path in pairs:
        difference = first_difference(found, expected, path)
        if difference is not None:
            return difference
    return None


def _shown(value: Json) -> str:
    if value is _ABSENT:
        return "nothing"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
