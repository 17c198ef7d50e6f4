"""Artificial messages for tests."""

import itertools

_WORDS_A_SIDE = 3


def sample_messages(count: int, first: int = 0) -> dict[str, str]:
    """Returns translations by source, of three words each. All sources and translations differ.

    Args:
        first: number of the first message; other numbers make other messages. first + count is at
            most 2,900.
    """
    words = ["".join(word) for word in itertools.product("abcdefghijklmnopqrstuvwxyz", repeat=3)]
    messages = {}
    for number in range(first, first + count):
        begin = 2 * _WORDS_A_SIDE * number
        source = words[begin : begin + _WORDS_A_SIDE]
        target = words[begin + _WORDS_A_SIDE : begin + 2 * _WORDS_A_SIDE]
        messages[" ".join(source)] = " ".join(target)
    return messages
