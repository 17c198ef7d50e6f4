"""Slurm's short forms: node lists such as gpu[01-03,7]-[a-b], and tasks by node such as 2(x3),1."""

import itertools
import re
from collections.abc import Iterator

# A list beyond this is a mistake or an attack: node[1-999999999].
_MAX_NODES = 10_000

_NAME = re.compile(r"[A-Za-z0-9_.-]+")
_RANGE = re.compile(r"(?P<first>[0-9]{1,9})(-(?P<last>[0-9]{1,9}))?")
_TASKS = re.compile(r"(?P<tasks>[0-9]{1,6})(\(x(?P<nodes>[0-9]{1,6})\))?")


class NodeListError(ValueError):
    """A text that is no such form. str() says what is wrong."""


def expand_node_list(text: str) -> list[str]:
    """Returns the names that a node list stands for, in its order.

    Raises:
      NodeListError: The text is no node list, or stands for more than 10,000 names.
    """
    names: list[str] = []
    for item in _items(text):
        room = _MAX_NODES - len(names)
        expanded = list(itertools.islice(_expand(item), room + 1))
        if len(expanded) > room:
            raise NodeListError(f'"{text}" stands for more than {_MAX_NODES:,} nodes')
        names += expanded
    return names


def expand_tasks_per_node(text: str) -> list[int]:
    """Returns the number of tasks of each node: "2(x3),1" stands for [2, 2, 2, 1].

    Raises:
      NodeListError: The text is no such list.
    """
    counts: list[int] = []
    for item in text.split(","):
        match = _TASKS.fullmatch(item)
        if match is None:
            raise NodeListError(f'"{item}" is no number of tasks; expected a list such as 2(x3),1')
        nodes = int(match["nodes"] or 1)
        if len(counts) + nodes > _MAX_NODES:
            raise NodeListError(f'"{text}" stands for more than {_MAX_NODES:,} nodes')
        counts += [int(match["tasks"])] * nodes
    return counts


def _items(text: str) -> Iterator[str]:
    """Splits at the commas outside of brackets."""
    start = depth = 0
    for position, character in enumerate(text):
        depth += (character == "[") - (character == "]")
        if depth not in (0, 1):
            raise NodeListError(f'"{text}": the brackets at character {position + 1} do not match')
        if character == "," and depth == 0:
            yield text[start:position]
            start = position + 1
    if depth:
        raise NodeListError(f'"{text}": the last bracket is not closed')
    yield text[start:]


def _expand(item: str) -> Iterator[str]:
    """Yields the names of an item, the last bracket's numbers first."""
    # The even parts stand outside of brackets.
    parts = re.split(r"[\[\]]", item)
    if not item or any(part and not _NAME.fullmatch(part) for part in parts[::2]):
        raise NodeListError(f'"{item}" is no name of a node')
    choices = [
        list(_numbers(part, item)) if index % 2 else [part] for index, part in enumerate(parts)
    ]
    return ("".join(chosen) for chosen in itertools.product(*choices))


def _numbers(text: str, item: str) -> Iterator[str]:
    for part in text.split(","):
        match = _RANGE.fullmatch(part)
        if match is None:
            raise NodeListError(f'"{item}": "{part}" is no range of numbers; expected 1-3 or 7')
        first, last = match["first"], match["last"] or match["first"]
        if not 0 <= int(last) - int(first) < _MAX_NODES:
            raise NodeListError(f'"{item}": the range {part} is empty or too long')
        # 08-10 stands for 08, 09, 10.
        width = len(first)
        yield from (f"{number:0{width}}" for number in range(int(first), int(last) + 1))
