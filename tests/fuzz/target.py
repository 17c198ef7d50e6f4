"""What a fuzzer needs to know of a parser."""

from collections.abc import Callable
from typing import NamedTuple


class Target(NamedTuple):
    """A parser to be fuzzed.

    Attributes:
        check: reads bytes and checks what comes out.
        seeds: files of the kind, from which others are made.
    """

    check: Callable[[bytes], None]
    seeds: list[bytes]
