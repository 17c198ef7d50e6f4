"""Chooses which pairs are learnt from and which are kept for measuring."""

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from frazo_tools.gettext.filter import Pair
from frazo_tools.gettext.near_copies import NearCopies
from frazo_tools.gettext.normal_form import normalize
from frazo_tools.gettext.placeholders import placeholders

_LEAST_WORDS = 3
# Of letters, with marks inside of it ("drag-and-drop") or around it.
_WORD = re.compile(r"(?<!\S)[^\w\s]*[^\W\d_](?:[^\d\s_]*[^\W\d_])?[^\w\s]*(?!\S)")


class Split(NamedTuple):
    """Each part in the order of the sources' hashes.

    exact_copies, near_copies: pairs that are in no part, as one of their sides is a held-out pair's.
    """

    train: list[Pair]
    dev: list[Pair]
    test: list[Pair]
    exact_copies: int
    near_copies: int


def choose_translations(occurrences: Mapping[Pair, int]) -> list[Pair]:
    """One pair for each normalized source: that with its most frequent translation.

    Sources and targets that differ only in case or blanks are one; the spelling that is most
    frequent stands for all. Of equals the first in the order of code points is taken.

    Args:
        occurrences: how many messages each pair comes from.
    """
    by_source: dict[str, dict[str, list[Pair]]] = defaultdict(lambda: defaultdict(list))
    for pair in occurrences:
        by_source[normalize(pair.source)][normalize(pair.target)].append(pair)
    chosen = []
    for by_target in by_source.values():
        totals = {
            target: sum(occurrences[pair] for pair in pairs) for target, pairs in by_target.items()
        }
        target = min(totals, key=lambda target: (-totals[target], target))
        chosen.append(min(by_target[target], key=lambda pair: (-occurrences[pair], pair)))
    return chosen


def split(
    pairs: Iterable[Pair], held_out: int, progress: Callable[[int], None] = lambda pairs: None
) -> Split:
    """Divides pairs of different sources.

    Of the pairs of natural text, those with the smallest hashes of their normalized sources are held
    out; a bit of the hash says for which part. So a pair never goes from one part of the two to the
    other, and leaves them only if new pairs have smaller hashes. No two held-out pairs are
    near-copies of each other on either side, and no pair to train on is one of a held-out pair.

    Args:
        held_out: pairs in dev, and in test; fewer where there are not enough.
        progress: called with how many pairs are done.
    """
    ordered = sorted((_hash(pair), pair) for pair in pairs)
    sources, targets = NearCopies(), NearCopies()
    parts: tuple[list[Pair], list[Pair]] = ([], [])
    rest = []
    for order, pair in ordered:
        part = parts[order & 1]
        if (
            len(part) < held_out
            and is_natural(pair)
            and not sources.has(pair.source)
            and not targets.has(pair.target)
        ):
            part.append(pair)
            sources.add(pair.source)
            targets.add(pair.target)
        else:
            rest.append(pair)
    known = {normalize(text) for part in parts for pair in part for text in pair}
    train = []
    dropped: Counter[str] = Counter()
    for number, pair in enumerate(rest):
        progress(number)
        if any(normalize(text) in known for text in pair):
            dropped["exact"] += 1
        elif sources.has(pair.source) or targets.has(pair.target):
            dropped["near"] += 1
        else:
            train.append(pair)
    return Split(train, *parts, exact_copies=dropped["exact"], near_copies=dropped["near"])


def is_natural(pair: Pair) -> bool:
    """Whether both sides have three words or more, and no places for a program to fill in."""
    return not placeholders(pair.source) and all(
        len(_WORD.findall(side)) >= _LEAST_WORDS for side in pair
    )


def _hash(pair: Pair) -> int:
    digest = hashlib.blake2b(normalize(pair.source).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big")
