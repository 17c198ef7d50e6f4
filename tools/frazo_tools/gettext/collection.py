"""Collects the pairs of many catalogues and statistics of their messages."""

import dataclasses
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from frazo_tools.gettext.catalogues import UNKNOWN, Catalogue, SourceError, read_catalogues
from frazo_tools.gettext.filter import Pair, Reason, make_pair
from frazo_tools.gettext.mo_file import MoError, read_mo


@dataclasses.dataclass
class Collection:
    """Pairs and statistics.

    Attributes:
      occurrences: Number of messages of each pair.
      messages: Number of messages of each catalogue, in order.
      pairs: Number of pairs of each package that no earlier package has.
      left_out: Sources that could not be read, and why.
    """

    occurrences: Counter[Pair] = dataclasses.field(default_factory=Counter)
    reasons: Counter[Reason] = dataclasses.field(default_factory=Counter)
    messages: list[tuple[Catalogue, int]] = dataclasses.field(default_factory=list)
    pairs: Counter[str] = dataclasses.field(default_factory=Counter)
    left_out: list[str] = dataclasses.field(default_factory=list)


def collect(
    sources: Sequence[Path], locale: str, progress: Callable[[int], None] = lambda read: None
) -> Collection:
    """Reads packages and catalogues one after the other and leaves out damaged ones.

    Args:
        progress: called with the number of bytes read from the sources.

    Raises:
        OSError: a file cannot be read.
    """
    collection = Collection()
    done = 0
    for source in sources:
        try:
            catalogues = read_catalogues(source, locale)
            if not catalogues:
                collection.left_out.append(f"{source}: has no catalogue of the locale {locale}")
            for catalogue in catalogues:
                _add(collection, catalogue)
        except SourceError as error:
            collection.left_out.append(str(error))
        done += source.stat().st_size
        progress(done)
    return collection


def _add(collection: Collection, catalogue: Catalogue) -> None:
    try:
        messages = read_mo(catalogue.content, catalogue.path)
    except MoError as error:
        collection.left_out.append(
            str(error) if catalogue.package == UNKNOWN else f"{catalogue.package}: {error}"
        )
        return
    collection.messages.append((catalogue._replace(content=b""), len(messages)))
    for message in messages:
        result = make_pair(message.source, message.target)
        if isinstance(result, Reason):
            collection.reasons[result] += 1
            continue
        if result not in collection.occurrences:
            collection.pairs[catalogue.package] += 1
        collection.occurrences[result] += 1
