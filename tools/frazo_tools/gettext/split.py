"""Divides pairs into training pairs and held-out pairs."""

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
# A word of letters, with marks inside ("drag-and-drop") or around it.
_WORD = re.compile(r"(?<!\S)[^\w\s]*[^\W\d_](?:[^\d\s_]*[^\W\d_])?[^\w\s]*(?!\S)")


class Split(NamedTuple):
    """The parts, each in the order of the sources' hashes.

    Attributes:
      exact_copies: Pairs in no part, because one of their sides is a held-out pair's.
      near_copies: The same for near-copies of a held-out pair's side.
    """

    train: list[Pair]
    dev: list[Pair]
    test: list[Pair]
    exact_copies: int
    near_copies: int


def choose_translations(occurrences: Mapping[Pair, int]) -> list[Pair]:
    """Returns one pair for each normalized source, with its most frequent translation.

    Texts that differ only in case or blanks are one text, in their most frequent spelling. Of
    equally frequent spellings the first in the order of code points is used.

    Args:
        occurrences: the number of messages of each pair.
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

    Among pairs of natural text, those with the smallest hashes of their normalized sources are held
    out; a bit of the hash decides the part. So a pair never moves between dev and test, and leaves
    them only if new pairs have smaller hashes. Held-out pairs are not near-copies of each other on
    either side, and training pairs are not near-copies of held-out pairs.

    Args:
        held_out: number of pairs in dev, and in test; fewer if there are not enough.
        progress: called with the number of pairs done.
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
    """Returns whether both sides have three words or more, and no placeholders."""
    return not placeholders(pair.source) and all(
        len(_WORD.findall(side)) >= _LEAST_WORDS for side in pair
    )


def _hash(pair: Pair) -> int:
    digest = hashlib.blake2b(normalize(pair.source).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big")
